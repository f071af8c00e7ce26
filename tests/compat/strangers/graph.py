try:
    import tensorflow.compat.v1 as tf
    tf.disable_v2_behavior()
except ImportError:
    import tensorflow as tf
import numpy as np

np.random.seed(0)
tf.set_random_seed(0)
X = np.random.rand(100, 6).astype('float32')
Y = np.eye(2)[(X.sum(1) > 3).astype(int)]

tf.reset_default_graph()
x = tf.placeholder("float", [None, 6])
y = tf.placeholder("float", [None, 2])
keep_prob = tf.placeholder(tf.float32, [])
weights = {
    'h1': tf.Variable(tf.random_normal([6, 8], stddev=0.1)),
    'out': tf.Variable(tf.truncated_normal([8, 2], stddev=0.1)),
}
biases = {'b1': tf.Variable(tf.zeros([8])), 'out': tf.Variable(tf.constant(0.1, shape=[2]))}
layer = tf.nn.relu(tf.add(tf.matmul(x, weights['h1']), biases['b1']))
logits = tf.matmul(tf.nn.dropout(layer, keep_prob), weights['out']) + biases['out']
prediction = tf.nn.softmax(logits)
loss_op = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=y))
loss_op += 1e-4 * tf.add_n([tf.nn.l2_loss(v) for v in tf.trainable_variables()])
global_step = tf.Variable(0, trainable=False)
learning_rate = tf.train.exponential_decay(0.05, global_step, 100, 0.96, staircase=True)
train_op = tf.train.AdamOptimizer(learning_rate).minimize(loss_op, global_step=global_step)
right = tf.equal(tf.argmax(prediction, 1), tf.argmax(y, 1))
accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
tf.summary.scalar('loss', loss_op)
merged = tf.summary.merge_all()
saver = tf.train.Saver()

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    writer = tf.summary.FileWriter('./graphs', sess.graph)
    for step in range(60):
        feeds = {x: X, y: Y, keep_prob: 0.9}
        _, s = sess.run([train_op, merged], feed_dict=feeds)
        writer.add_summary(s, step)
    print(sess.run(global_step), accuracy.eval({x: X, y: Y, keep_prob: 1.0}) > 0.8)
    path = saver.save(sess, './model.ckpt', global_step=global_step.eval())
    w = sess.run(weights['out'])
    writer.close()
with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    again = (sess.run(weights['out']) != w).all()
    saver.restore(sess, tf.train.latest_checkpoint('.'))
    print(path, again, np.array_equal(sess.run(weights['out']), w))
