# Evidence
error-evidence-path = { $path }: not a path inside the evidence folder { $folder }. Use letters, digits and "-" in camera and zone ids.
error-evidence-no-manifest = { $folder }: no manifest.jsonl here, so no picture can be checked. Check the path of the evidence folder.
