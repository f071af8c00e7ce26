"""Pictures side by side, by matplotlib."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cornu_engine.errors import DataError, MissingDistributionError
from cornu_preprocessing.visualization.boxes import channels_last, draw_bounding_boxes
from cornu_preprocessing.visualization.masks import draw_segmentation_masks

__all__ = ["plot_bounding_box_gallery", "plot_image_gallery", "plot_segmentation_mask_gallery"]


def plot_image_gallery(
    images: Any,
    y_true: Any = None,
    y_pred: Any = None,
    label_map: Mapping[int, str] | None = None,
    rows: int | None = None,
    cols: int | None = None,
    value_range: Sequence[float] = (0, 255),
    scale: float = 2,
    path: Any = None,
    show: bool | None = None,
    transparent: bool = True,
    dpi: int = 60,
    legend_handles: Any = None,
    data_format: str | None = None,
) -> None:
    """Show pictures in rows and columns, or write them to a file.

    Parameters
    ----------
    images : array
        Shape (batch, height, width, channels).
    y_true, y_pred : array of int, optional
        Labels, and those that were predicted; both stand above the pictures.
    label_map : dict of int to str, optional
        Their names.
    rows, cols : int, optional
        By default about as many rows as columns, with room for all.
    value_range : (float, float)
        The lowest and the highest value of a pixel.
    scale : float
        The side of a picture, in inches.
    path : path, optional
        Of a file to write.
    show : bool, optional
        Whether to open a window; by default where there is no `path`.
    transparent : bool
        Whether the background of the file is transparent.
    dpi : int
        Pixels per inch of the file.
    legend_handles : list, optional
        Of matplotlib, for a legend.
    data_format : "channels_last" or "channels_first", optional

    Raises
    ------
    MissingDistributionError
        Without matplotlib.
    DataError
        For labels without `label_map`, and for both `path` and `show`.
    """
    plt = _matplotlib("pyplot")
    if path is not None and show:
        raise DataError("Pass path to write a file, or show=True to open a window, not both.")
    if label_map is None and not (y_true is None and y_pred is None):
        raise DataError("y_true and y_pred are numbers: pass label_map={0: 'cat', …}, their names.")
    pictures = channels_last(images, data_format)
    low, high = value_range
    shown = np.clip((pictures - low) * (255.0 / (high - low)), 0, 255).astype("uint8")
    count = len(shown)
    rows = rows or (math.ceil(count / cols) if cols else math.ceil(math.sqrt(count)))
    cols = cols or math.ceil(count / rows)
    figure, axes = plt.subplots(
        rows,
        cols,
        figsize=(cols * scale, rows * scale),
        frameon=False,
        layout="tight",
        squeeze=False,
    )
    if legend_handles is not None:
        figure.legend(handles=legend_handles, loc="lower center")
    for place, axis in enumerate(axes.flat):
        axis.axis("off")
        if place < count:
            grey = shown.shape[-1] == 1
            axis.imshow(shown[place, ..., 0] if grey else shown[place], cmap="gray", vmax=255)
            axis.set_title(_title(place, y_true, y_pred, label_map or {}), fontsize=8)
    if path is not None:
        figure.savefig(path, pad_inches=0, bbox_inches="tight", transparent=transparent, dpi=dpi)
    elif show or show is None:
        plt.show()
    plt.close(figure)


def plot_bounding_box_gallery(
    images: Any,
    bounding_box_format: str,
    y_true: Any = None,
    y_pred: Any = None,
    value_range: Sequence[float] = (0, 255),
    true_color: Sequence[int] = (0, 188, 212),
    pred_color: Sequence[int] = (255, 235, 59),
    line_thickness: int = 2,
    font_scale: float = 1.0,
    text_thickness: int | None = None,
    class_mapping: Mapping[int, str] | None = None,
    ground_truth_mapping: Mapping[int, str] | None = None,
    prediction_mapping: Mapping[int, str] | None = None,
    legend: bool = False,
    legend_handles: Any = None,
    rows: int | None = None,
    cols: int | None = None,
    data_format: str | None = None,
    **kwargs: Any,
) -> None:
    """Show pictures with the boxes that are true, and those that were predicted.

    Parameters
    ----------
    images : array
        Shape (batch, height, width, channels).
    bounding_box_format, line_thickness, font_scale, text_thickness
        As of `draw_bounding_boxes`.
    y_true, y_pred : dict, optional
        Boxes, as of `draw_bounding_boxes`.
    true_color, pred_color : (int, int, int)
    class_mapping, ground_truth_mapping, prediction_mapping : dict of int to str, optional
        The names of labels: of both, of `y_true`, of `y_pred`.
    legend : bool
        Whether to say which colour is which.
    value_range, legend_handles, rows, cols, data_format, **kwargs
        As of `plot_image_gallery`.
    """
    patches = _matplotlib("patches")
    drawn = channels_last(images, data_format)
    draw = functools.partial(
        draw_bounding_boxes,
        bounding_box_format=bounding_box_format,
        line_thickness=line_thickness,
        text_thickness=text_thickness,
        font_scale=font_scale,
        data_format="channels_last",
    )
    kinds = {
        "Ground Truth": (y_true, true_color, ground_truth_mapping or class_mapping),
        "Prediction": (y_pred, pred_color, prediction_mapping or class_mapping),
    }
    for boxes, color, names in kinds.values():
        if boxes is not None:
            drawn, value_range = draw(drawn, boxes, color=color, class_mapping=names), (0, 255)
    if legend and legend_handles:
        raise DataError("Pass legend=True, or legend_handles of your own, not both.")
    if legend:
        legend_handles = [
            patches.Patch(color=np.array(color) / 255, label=label)
            for label, (_, color, _) in kinds.items()
        ]
    plot_image_gallery(
        drawn,
        value_range=value_range,
        legend_handles=legend_handles,
        rows=rows,
        cols=cols,
        data_format="channels_last",
        **kwargs,
    )


def plot_segmentation_mask_gallery(
    images: Any,
    num_classes: int | None,
    value_range: Sequence[float] = (0, 255),
    y_true: Any = None,
    y_pred: Any = None,
    color_mapping: Mapping[int, Sequence[int]] | None = None,
    blend: bool = True,
    alpha: float = 0.8,
    ignore_index: int = -1,
    data_format: str | None = None,
    **kwargs: Any,
) -> None:
    """Show each picture in a row, beside it with its true mask, and with the predicted one.

    Parameters
    ----------
    images : array
        Shape (batch, height, width, channels).
    num_classes, color_mapping, blend, alpha, ignore_index
        As of `draw_segmentation_masks`.
    y_true, y_pred : array, optional
        Masks, of shape (batch, height, width, 1).
    value_range, data_format, **kwargs
        As of `plot_image_gallery`.
    """
    pictures = channels_last(images, data_format)
    columns = [pictures]
    for masks in (y_true, y_pred):
        if masks is not None:
            masks = np.asarray(masks).astype("int32")
            masks = channels_last(masks, data_format) if masks.ndim == 4 else masks
            painted = draw_segmentation_masks(
                pictures,
                masks,
                num_classes,
                color_mapping,
                alpha,
                blend,
                ignore_index,
                "channels_last",
            )
            columns.append(painted.astype(pictures.dtype))
    gallery = np.stack(columns, axis=1).reshape(-1, *pictures.shape[1:])
    plot_image_gallery(
        gallery,
        value_range=value_range,
        rows=len(pictures),
        cols=len(columns),
        data_format="channels_last",
        **kwargs,
    )


def _title(place: int, y_true: Any, y_pred: Any, names: Mapping[int, str]) -> str:
    kinds = {"Label": y_true, "Pred": y_pred}
    return "  ".join(
        f"{kind}: {names.get(int(labels[place]), 'Unknown')}"
        for kind, labels in kinds.items()
        if labels is not None and place < len(labels)
    )


def _matplotlib(part: str) -> Any:
    from importlib import import_module

    try:
        return import_module(f"matplotlib.{part}")
    except ImportError as error:
        raise MissingDistributionError(
            "Galleries are drawn by matplotlib: pip install matplotlib."
        ) from error
