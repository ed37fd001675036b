"""The whole chain beside the detector alone, decoding alone, and other packages' chains: `matpho bench perception`."""
