# Second models, and what they look for
class-smoke = smoke
class-fire = fire
class-water = water

sentence-incident-smoke_fire = Seen in { $zone } for { $duration }, in up to { $looks } of { $of } looks: { $class }
sentence-incident-smoke_fire-anywhere = Seen for { $duration }, in up to { $looks } of { $of } looks: { $class }
sentence-environment-flooding = Water stands in { $zone } for { $duration }, seen in up to { $looks } of { $of } looks
sentence-environment-flooding-anywhere = Water stands for { $duration }, seen in up to { $looks } of { $of } looks

explain-sighting = { $holds ->
        [yes] seen by a second model in { $value } of its last { $of } looks, { $limit } wanted; tracks have no part in that
       *[no] seen by a second model in { $value } of its last { $of } looks, { $limit } wanted; tracks have no part in that
    }
explain-no-look = no second model has looked lately; tracks have no part in it

second-off = off: no model with a class of { $classes }. Name one under "second_models" in the configuration; docs/models.md says how.
second-off-broken = off: the model { $models } cannot be used
second-off-line = { $kind }, camera { $cameras }: { $reason }
second-broken = second model "{ $name }": { $reason }
second-idle = second model "{ $name }": no rule of any camera asks for its classes, so it does not run. Add a rule such as incident.smoke_fire to a scene.
second-failed = second model "{ $name }": { $failed } of { $looks } looks failed; the log has the reason
second-slow = second model "{ $name }": { $missed } of { $due } looks were left out, because it was still busy. Raise "every_s", or give it more threads or a GPU.

problem-looks = "looks" ({ $looks }) is above "of_looks" ({ $of })
error-second-missing = { $path }: no such model file. Check "path" under "second_models".
error-second-class = { $path }: the model has no class "{ $name }" (nearest: { $near }). It has: { $found }. Correct "classes" under "second_models", or "class_map" in its card.
error-second-no-class = { $path }: none of its classes says what it is here. It has: { $found }. Say so in "classes" under "second_models", such as Smoke: smoke.
error-second-failed = { $path }: it cannot compute an empty picture: { $reason }. Inputs { $inputs }; outputs { $outputs }. Export the model again.
error-second-closed = second model "{ $name }": the run has ended
error-classifier-outputs = { $path }: expected one output of { $count } scores for each picture. Found outputs { $outputs }. Correct "classes" in its card, or export the model again.
error-classifier-not-finite = { $path }: it answers with what is no number. Export the model again.
