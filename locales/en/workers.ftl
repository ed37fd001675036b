# Several worker processes
cli-opt-workers = Processes that share the cameras; "auto": one for each core. Default: one.
cli-workers = { $count } worker processes
cli-worker-died = Worker { $worker } (cameras { $cameras }) died and was started again { $restarts } times; last because of: { $reason }
cli-worker-down = Worker { $worker } (cameras { $cameras }) is down after { $restarts } restarts: { $reason }. Its cameras are not watched.
cli-worker-untold = { $count } events of worker { $worker } were not shown here because the terminal did not keep up. They are stored.
error-worker-start = Worker { $worker } could not begin: { $reason }
error-workers = "{ $value }" is no number of workers; expected 1 to 256, or auto.
error-option-one-worker = { $option } works with one worker only. Leave out --workers, or { $option }.
