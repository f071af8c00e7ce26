// What the theme's own search answers: questions as JSON in, the first pages of each out.
//     node search.js SITE < questions.json
const fs = require("fs");
const path = require("path");
const vm = require("vm");

const site = process.argv[2];
const workers = path.join(site, "assets", "javascripts", "workers");
const worker = fs.readdirSync(workers).find((name) => /^search\..*\.js$/.test(name));
const index = fs.readFileSync(path.join(site, "search", "search_index.json"), "utf8");
const questions = JSON.parse(fs.readFileSync(0, "utf8"));

let hear;
let answer;
const self = {
  console,
  addEventListener: (_, listener) => { hear = listener; },
  postMessage: (message) => { answer(message); },
};
self.self = self;
vm.runInNewContext(fs.readFileSync(path.join(workers, worker), "utf8"), self);

const ask = (type, data) =>
  new Promise((resolve) => { answer = resolve; hear({ data: { type, data } }); });

(async () => {
  await ask(0, { ...JSON.parse(index), options: { suggest: true } });
  const found = {};
  for (const question of questions) {
    const { data } = await ask(2, question);
    found[question] = data.items.slice(0, 5).map((sections) => sections[0].location);
  }
  console.log(JSON.stringify(found));
})();
