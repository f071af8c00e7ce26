import collections, numpy as np, tensorflow as tf, statistics
from typing import Any, List, Sequence, Tuple
from tensorflow.keras import layers
seed = 42
tf.random.set_seed(seed); np.random.seed(seed)
eps = np.finfo(np.float32).eps.item()
class Env:
  def reset(self): self.s = np.random.uniform(-1, 1, 4); self.t = 0; return self.s, {}
  def step(self, a):
    self.t += 1; self.s = np.clip(self.s + (a - .5) * .2, -3, 3); return self.s, 1.0, abs(self.s[0]) > 2 or self.t > 15, False, {}
env = Env()
class ActorCritic(tf.keras.Model):
  def __init__(self, num_actions: int, num_hidden_units: int):
    super().__init__()
    self.common = layers.Dense(num_hidden_units, activation="relu")
    self.actor = layers.Dense(num_actions)
    self.critic = layers.Dense(1)
  def call(self, inputs: tf.Tensor) -> Tuple[tf.Tensor, tf.Tensor]:
    x = self.common(inputs)
    return self.actor(x), self.critic(x)
model = ActorCritic(2, 16)
@tf.numpy_function(Tout=[tf.float32, tf.int32, tf.int32])
def env_step(action: np.ndarray) -> Tuple[np.ndarray, np.ndarray, np.ndarray]:
  state, reward, done, truncated, info = env.step(action)
  return (state.astype(np.float32), np.array(reward, np.int32), np.array(done, np.int32))
def run_episode(initial_state: tf.Tensor, model: tf.keras.Model, max_steps: int) -> Tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
  action_probs = tf.TensorArray(dtype=tf.float32, size=0, dynamic_size=True)
  values = tf.TensorArray(dtype=tf.float32, size=0, dynamic_size=True)
  rewards = tf.TensorArray(dtype=tf.int32, size=0, dynamic_size=True)
  initial_state_shape = initial_state.shape
  state = initial_state
  for t in tf.range(max_steps):
    state = tf.expand_dims(state, 0)
    action_logits_t, value = model(state)
    action = tf.random.categorical(action_logits_t, 1)[0, 0]
    action_probs_t = tf.nn.softmax(action_logits_t)
    values = values.write(t, tf.squeeze(value))
    action_probs = action_probs.write(t, action_probs_t[0, action])
    state, reward, done = env_step(action)
    state.set_shape(initial_state_shape)
    rewards = rewards.write(t, reward)
    if tf.cast(done, tf.bool):
      break
  return action_probs.stack(), values.stack(), rewards.stack()
def get_expected_return(rewards: tf.Tensor, gamma: float, standardize: bool = True) -> tf.Tensor:
  n = tf.shape(rewards)[0]
  returns = tf.TensorArray(dtype=tf.float32, size=n)
  rewards = tf.cast(rewards[::-1], dtype=tf.float32)
  discounted_sum = tf.constant(0.0)
  discounted_sum_shape = discounted_sum.shape
  for i in tf.range(n):
    reward = rewards[i]
    discounted_sum = reward + gamma * discounted_sum
    discounted_sum.set_shape(discounted_sum_shape)
    returns = returns.write(i, discounted_sum)
  returns = returns.stack()[::-1]
  if standardize:
    returns = ((returns - tf.math.reduce_mean(returns)) / (tf.math.reduce_std(returns) + eps))
  return returns
huber_loss = tf.keras.losses.Huber(reduction=tf.keras.losses.Reduction.SUM)
def compute_loss(action_probs, values, returns):
  advantage = returns - values
  action_log_probs = tf.math.log(action_probs)
  actor_loss = -tf.math.reduce_sum(action_log_probs * advantage)
  critic_loss = huber_loss(values, returns)
  return actor_loss + critic_loss
optimizer = tf.keras.optimizers.Adam(learning_rate=0.01)
@tf.function
def train_step(initial_state, model, optimizer, gamma, max_steps_per_episode):
  with tf.GradientTape() as tape:
    action_probs, values, rewards = run_episode(initial_state, model, max_steps_per_episode)
    returns = get_expected_return(rewards, gamma)
    action_probs, values, returns = [tf.expand_dims(x, 1) for x in [action_probs, values, returns]]
    loss = compute_loss(action_probs, values, returns)
  grads = tape.gradient(loss, model.trainable_variables)
  optimizer.apply_gradients(zip(grads, model.trainable_variables))
  episode_reward = tf.math.reduce_sum(rewards)
  return episode_reward
episodes_reward = collections.deque(maxlen=100)
for i in range(4):
    initial_state, info = env.reset()
    initial_state = tf.constant(initial_state, dtype=tf.float32)
    episode_reward = int(train_step(initial_state, model, optimizer, 0.99, 20))
    episodes_reward.append(episode_reward)
print(statistics.mean(episodes_reward) > 0)
# DQN part
q = tf.keras.Sequential([layers.Dense(16, activation='relu', input_shape=(4,)), layers.Dense(2)])
target = tf.keras.models.clone_model(q); target.set_weights(q.get_weights())
loss_function = tf.keras.losses.Huber(); optimizer = tf.keras.optimizers.Adam(learning_rate=0.00025, clipnorm=1.0)
states = np.random.rand(8, 4).astype('float32'); nexts = np.random.rand(8, 4).astype('float32'); rew = np.random.rand(8); acts = np.random.randint(0, 2, 8); dones = tf.convert_to_tensor([0., 1.] * 4)
for _ in range(3):
  future_rewards = target.predict(nexts, verbose=0)
  updated_q_values = rew + 0.99 * tf.reduce_max(future_rewards, axis=1)
  updated_q_values = updated_q_values * (1 - dones) - dones
  masks = tf.one_hot(acts, 2)
  with tf.GradientTape() as tape:
    q_values = q(states)
    q_action = tf.reduce_sum(tf.multiply(q_values, masks), axis=1)
    loss = loss_function(updated_q_values, q_action)
  grads = tape.gradient(loss, q.trainable_variables)
  optimizer.apply_gradients(zip(grads, q.trainable_variables))
st = tf.convert_to_tensor(states[0]); st = tf.expand_dims(st, 0)
print(int(tf.argmax(q(st, training=False)[0]).numpy()) in (0, 1))
