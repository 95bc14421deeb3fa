        // This workgroup's share of the work. The first shares are the larger ones by one, so that threads which take one after the other end together.
        %worker = hal.interface.workgroup.id[0] : index
        %share_first = affine.min affine_map<(w) -> (w * $larger, w * $smaller + $extra)>(%worker)
        %share_end = affine.min affine_map<(w) -> (w * $larger + $larger, w * $smaller + $smaller + $extra)>(%worker)
