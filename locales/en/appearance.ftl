# What objects look like
problem-appearance = found "{ $found }"; expected none, histogram, or the path of a re-identification model that ends in .onnx
error-appearance-missing = { $path }: no such re-identification model. Check the path in "tracking.appearance".
error-appearance-outputs = { $path }: no re-identification model; expected a single float output of shape [N × D], a vector for each image. Found inputs { $inputs }; outputs { $outputs }. Export the part that gives embeddings, without classifier.
error-appearance-failed = { $path }: computing an image of { $width } × { $height } failed: { $reason }. Found inputs { $inputs }; outputs { $outputs }. Write the right "input" in a card beside it, or export the model again.
