"""The models of `cornu.applications`, and a module for each family of them."""

from cornu_layers.applications import convnext as convnext
from cornu_layers.applications import densenet as densenet
from cornu_layers.applications import efficientnet as efficientnet
from cornu_layers.applications import efficientnet_v2 as efficientnet_v2
from cornu_layers.applications import imagenet_utils as imagenet_utils
from cornu_layers.applications import inception_resnet_v2 as inception_resnet_v2
from cornu_layers.applications import inception_v3 as inception_v3
from cornu_layers.applications import mobilenet as mobilenet
from cornu_layers.applications import mobilenet_v2 as mobilenet_v2
from cornu_layers.applications import mobilenet_v3 as mobilenet_v3
from cornu_layers.applications import nasnet as nasnet
from cornu_layers.applications import resnet as resnet
from cornu_layers.applications import resnet_v2 as resnet_v2
from cornu_layers.applications import vgg as vgg
from cornu_layers.applications import xception as xception
from cornu_layers.applications.convnext import ConvNeXtBase as ConvNeXtBase
from cornu_layers.applications.convnext import ConvNeXtLarge as ConvNeXtLarge
from cornu_layers.applications.convnext import ConvNeXtSmall as ConvNeXtSmall
from cornu_layers.applications.convnext import ConvNeXtTiny as ConvNeXtTiny
from cornu_layers.applications.convnext import ConvNeXtXLarge as ConvNeXtXLarge
from cornu_layers.applications.densenet import DenseNet121 as DenseNet121
from cornu_layers.applications.densenet import DenseNet169 as DenseNet169
from cornu_layers.applications.densenet import DenseNet201 as DenseNet201
from cornu_layers.applications.efficientnet import EfficientNetB0 as EfficientNetB0
from cornu_layers.applications.efficientnet import EfficientNetB1 as EfficientNetB1
from cornu_layers.applications.efficientnet import EfficientNetB2 as EfficientNetB2
from cornu_layers.applications.efficientnet import EfficientNetB3 as EfficientNetB3
from cornu_layers.applications.efficientnet import EfficientNetB4 as EfficientNetB4
from cornu_layers.applications.efficientnet import EfficientNetB5 as EfficientNetB5
from cornu_layers.applications.efficientnet import EfficientNetB6 as EfficientNetB6
from cornu_layers.applications.efficientnet import EfficientNetB7 as EfficientNetB7
from cornu_layers.applications.efficientnet_v2 import EfficientNetV2B0 as EfficientNetV2B0
from cornu_layers.applications.efficientnet_v2 import EfficientNetV2B1 as EfficientNetV2B1
from cornu_layers.applications.efficientnet_v2 import EfficientNetV2B2 as EfficientNetV2B2
from cornu_layers.applications.efficientnet_v2 import EfficientNetV2B3 as EfficientNetV2B3
from cornu_layers.applications.efficientnet_v2 import EfficientNetV2L as EfficientNetV2L
from cornu_layers.applications.efficientnet_v2 import EfficientNetV2M as EfficientNetV2M
from cornu_layers.applications.efficientnet_v2 import EfficientNetV2S as EfficientNetV2S
from cornu_layers.applications.inception_resnet_v2 import InceptionResNetV2 as InceptionResNetV2
from cornu_layers.applications.inception_v3 import InceptionV3 as InceptionV3
from cornu_layers.applications.mobilenet import MobileNet as MobileNet
from cornu_layers.applications.mobilenet_v2 import MobileNetV2 as MobileNetV2
from cornu_layers.applications.mobilenet_v3 import MobileNetV3Large as MobileNetV3Large
from cornu_layers.applications.mobilenet_v3 import MobileNetV3Small as MobileNetV3Small
from cornu_layers.applications.nasnet import NASNetLarge as NASNetLarge
from cornu_layers.applications.nasnet import NASNetMobile as NASNetMobile
from cornu_layers.applications.resnet import ResNet50 as ResNet50
from cornu_layers.applications.resnet import ResNet101 as ResNet101
from cornu_layers.applications.resnet import ResNet152 as ResNet152
from cornu_layers.applications.resnet_v2 import ResNet50V2 as ResNet50V2
from cornu_layers.applications.resnet_v2 import ResNet101V2 as ResNet101V2
from cornu_layers.applications.resnet_v2 import ResNet152V2 as ResNet152V2
from cornu_layers.applications.vgg import VGG16 as VGG16
from cornu_layers.applications.vgg import VGG19 as VGG19
from cornu_layers.applications.xception import Xception as Xception

resnet50 = resnet
vgg16 = vgg
vgg19 = vgg
