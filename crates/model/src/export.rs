//! What can be exported, and as what.

words! {
    /// What an export's file holds.
    ExportFormat, "export format" {
        /// One JSON array with an element for each task.
        Json = "json",
        /// The same elements, a line for each.
        Ndjson = "ndjson",
        /// COCO: images, annotations and categories in one JSON object.
        Coco = "coco",
        /// PNG masks of polygons, boxes and segmentations.
        Masks = "masks",
    }
}

words! {
    /// How the masks of a task are cut into pictures.
    MaskKind, "kind of masks" {
        /// A picture for each object.
        Instance = "instance",
        /// A picture for each class that the task has objects of.
        Class = "class",
        /// One picture, in which a pixel's value is a class.
        Semantic = "semantic",
    }
}

words! {
    /// Which pixels a shape covers.
    RasterRule, "raster rule" {
        /// Those whose centre lies inside by the even-odd rule.
        Centre = "centre",
        /// Those that pycocotools would set.
        Coco = "coco",
        /// Those that OpenCV's fillPoly would set.
        OpenCv = "opencv",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for format in ExportFormat::ALL {
            assert_eq!(format.as_str().parse(), Ok(*format));
        }
        for kind in MaskKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(*kind));
        }
        for rule in RasterRule::ALL {
            assert_eq!(rule.as_str().parse(), Ok(*rule));
        }
        assert_eq!("JSON".parse(), Ok(ExportFormat::Json));
        assert!("yolo".parse::<ExportFormat>().is_err());
    }
}
