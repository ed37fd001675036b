# Event store
error-store-folder-missing = { $path }: its folder { $folder } does not exist. Make the folder, or choose another path for the event store.
error-store-missing = { $path }: no event store here. Check the path; the first run of the pipeline makes the store.
error-store-not-ours = { $path }: not an event store. Choose another path; this file was left as it is.
error-store-newer = { $path }: made by a newer version (tables of version { $found }, this program knows { $known }). Upgrade this program, or choose another path.
error-store-full = { $path }: the disk is full, nothing was stored. Free some space or purge old events; storing goes on by itself.
error-store-read-only = { $path }: the file or its disk is read-only. Give this user the right to write it, or choose another path.
error-store-cannot-open = { $path }: the file cannot be opened. Check that this user may read and write it and its folder.
error-store-busy = { $path }: another program kept it locked for { $seconds } s. Look for a second pipeline or a tool that has this file open.
error-store-damaged = { $path }: the file is damaged. Stop the program, restore a copy or run "sqlite3 FILE .recover", and check the disk.
error-store-row = { $path }: row { $row } cannot be read: { $reason }. Upgrade this program if a newer one wrote it, else restore a copy.
error-store-failed = { $path }: the event store failed: { $reason }. Check the disk.
