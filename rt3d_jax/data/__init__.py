"""Video data: clips (sampling, cropping), videos (decoding), folders (layouts, splits), synthetic (a made-up set), pipelines (batches)."""
