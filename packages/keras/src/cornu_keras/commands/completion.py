"""Print what makes a shell complete the commands: of bash, zsh or fish.

Examples:
  cornu completion bash > ~/.local/share/bash-completion/completions/cornu
  cornu completion zsh > ~/.zfunc/_cornu
  cornu completion fish > ~/.config/fish/completions/cornu.fish
"""

from __future__ import annotations

import argparse

__all__ = ["add_arguments", "run", "script"]

BASH = """\
_cornu() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}"
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "{names}" -- "$word"))
  else
    case "${{COMP_WORDS[1]}}" in
{options}
    esac
  fi
}}
complete -o default -F _cornu cornu
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"))


def run(arguments: argparse.Namespace) -> int:
    """Print the script."""
    print(script(arguments.shell, _options()), end="")
    return 0


def _options() -> dict[str, list[str]]:
    """Return the options of every command."""
    from importlib import import_module

    from cornu.cli import commands

    found = {}
    for name, module in commands().items():
        parser = argparse.ArgumentParser(name)
        import_module(module).add_arguments(parser)
        actions = [action for action in parser._actions if action.option_strings]
        found[name] = [action.option_strings[-1] for action in actions]
    return found


def script(shell: str, options: dict[str, list[str]]) -> str:
    """Return the text for a shell, given the options of each command.

    Examples
    --------
    >>> print(script("fish", {"plot": ["--shapes"]}), end="")
    complete -c cornu -n __fish_use_subcommand -a plot
    complete -c cornu -n '__fish_seen_subcommand_from plot' -l shapes
    """
    if shell == "fish":
        lines = [f"complete -c cornu -n __fish_use_subcommand -a {name}" for name in options]
        for name, some in options.items():
            seen = f"complete -c cornu -n '__fish_seen_subcommand_from {name}'"
            lines += [f"{seen} -l {option.removeprefix('--')}" for option in some]
        return "\n".join(lines) + "\n"
    cases = "\n".join(
        f'      {name}) COMPREPLY=($(compgen -W "{" ".join(some)}" -- "$word")) ;;'
        for name, some in options.items()
    )
    text = BASH.format(names=" ".join(options), options=cases)
    head = "#compdef cornu\nautoload -U +X bashcompinit && bashcompinit\n"
    return head + text if shell == "zsh" else text
