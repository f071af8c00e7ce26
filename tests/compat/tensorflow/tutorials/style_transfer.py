import numpy as np, time
import tensorflow as tf
def tensor_to_image(tensor):
  tensor = tensor*255
  tensor = np.array(tensor, dtype=np.uint8)
  if np.ndim(tensor)>3:
    assert tensor.shape[0] == 1
    tensor = tensor[0]
  return tensor
def load_img(a):
  max_dim = 48
  img = tf.image.decode_image(tf.io.encode_jpeg(a), channels=3)
  img = tf.image.convert_image_dtype(img, tf.float32)
  shape = tf.cast(tf.shape(img)[:-1], tf.float32)
  long_dim = max(shape)
  scale = max_dim / long_dim
  new_shape = tf.cast(shape * scale, tf.int32)
  img = tf.image.resize(img, new_shape)
  img = img[tf.newaxis, :]
  return img
r = np.random.RandomState(0)
content_image = load_img(r.randint(0, 255, (60, 80, 3)).astype('uint8'))
style_image = load_img(r.randint(0, 255, (64, 64, 3)).astype('uint8'))
print(content_image.shape, style_image.shape)
x = tf.keras.applications.vgg19.preprocess_input(content_image*255)
print(x.shape)
vgg = tf.keras.applications.VGG19(include_top=False, weights=None)
print(len(vgg.layers), vgg.layers[4].name)
content_layers = ['block2_conv2']
style_layers = ['block1_conv1', 'block2_conv1']
num_content_layers = len(content_layers); num_style_layers = len(style_layers)
def vgg_layers(layer_names):
  vgg.trainable = False
  outputs = [vgg.get_layer(name).output for name in layer_names]
  model = tf.keras.Model([vgg.input], outputs)
  return model
style_extractor = vgg_layers(style_layers)
style_outputs = style_extractor(style_image*255)
for name, output in zip(style_layers, style_outputs):
  print(name, output.numpy().shape, float(output.numpy().min()) >= 0)
def gram_matrix(input_tensor):
  result = tf.linalg.einsum('bijc,bijd->bcd', input_tensor, input_tensor)
  input_shape = tf.shape(input_tensor)
  num_locations = tf.cast(input_shape[1]*input_shape[2], tf.float32)
  return result/(num_locations)
class StyleContentModel(tf.keras.models.Model):
  def __init__(self, style_layers, content_layers):
    super(StyleContentModel, self).__init__()
    self.vgg = vgg_layers(style_layers + content_layers)
    self.style_layers = style_layers
    self.content_layers = content_layers
    self.num_style_layers = len(style_layers)
    self.vgg.trainable = False
  def call(self, inputs):
    inputs = inputs*255.0
    preprocessed_input = tf.keras.applications.vgg19.preprocess_input(inputs)
    outputs = self.vgg(preprocessed_input)
    style_outputs, content_outputs = (outputs[:self.num_style_layers], outputs[self.num_style_layers:])
    style_outputs = [gram_matrix(style_output) for style_output in style_outputs]
    content_dict = {content_name: value for content_name, value in zip(self.content_layers, content_outputs)}
    style_dict = {style_name: value for style_name, value in zip(self.style_layers, style_outputs)}
    return {'content': content_dict, 'style': style_dict}
extractor = StyleContentModel(style_layers, content_layers)
results = extractor(tf.constant(content_image))
for name, output in sorted(results['style'].items()):
  print("  ", name, output.numpy().shape)
style_targets = extractor(style_image)['style']
content_targets = extractor(content_image)['content']
image = tf.Variable(content_image)
def clip_0_1(image):
  return tf.clip_by_value(image, clip_value_min=0.0, clip_value_max=1.0)
opt = tf.keras.optimizers.Adam(learning_rate=0.02, beta_1=0.99, epsilon=1e-1)
style_weight=1e-2; content_weight=1e4
def style_content_loss(outputs):
    style_outputs = outputs['style']; content_outputs = outputs['content']
    style_loss = tf.add_n([tf.reduce_mean((style_outputs[name]-style_targets[name])**2) for name in style_outputs.keys()])
    style_loss *= style_weight / num_style_layers
    content_loss = tf.add_n([tf.reduce_mean((content_outputs[name]-content_targets[name])**2) for name in content_outputs.keys()])
    content_loss *= content_weight / num_content_layers
    return style_loss + content_loss
total_variation_weight=30
@tf.function()
def train_step(image):
  with tf.GradientTape() as tape:
    outputs = extractor(image)
    loss = style_content_loss(outputs)
    loss += total_variation_weight*tf.image.total_variation(image)
  grad = tape.gradient(loss, image)
  opt.apply_gradients([(grad, image)])
  image.assign(clip_0_1(image))
before = image.numpy()
for _ in range(3): train_step(image)
print(tensor_to_image(image).shape, np.abs(image.numpy() - before).max() > 0, image.numpy().max() <= 1)
def high_pass_x_y(image):
  x_var = image[:, :, 1:, :] - image[:, :, :-1, :]
  y_var = image[:, 1:, :, :] - image[:, :-1, :, :]
  return x_var, y_var
x_deltas, y_deltas = high_pass_x_y(content_image)
print(clip_0_1(2*y_deltas+0.5).shape, tf.image.sobel_edges(content_image).shape, tf.image.total_variation(image).numpy().shape)
