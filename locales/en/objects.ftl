# Things that lie where nothing was
kind-incident-debris = Debris
kind-security-abandoned_object = Abandoned object
kind-environment-littering = Littering
kind-environment-encroachment = Encroachment

sentence-incident-debris = { $unit ->
        [m] Something { $size } m large has lain on { $zone } for { $duration }
       *[px] Something has lain on { $zone } for { $duration }
    }
sentence-security-abandoned_object = { $unit ->
        [m] An object { $size } m large was left in { $zone }; its owner has been away for { $duration }
       *[px] An object was left in { $zone }; its owner has been away for { $duration }
    }
sentence-security-abandoned_object-unowned = { $unit ->
        [m] An object { $size } m large has lain in { $zone } for { $duration }, and nobody is by it
       *[px] An object has lain in { $zone } for { $duration }, and nobody is by it
    }
sentence-environment-littering = { $unit ->
        [m] Something { $size } m large was left in { $zone } { $duration } ago: { $class }
       *[px] Something was left in { $zone } { $duration } ago: { $class }
    }
sentence-environment-encroachment = { $what ->
        [vehicle] A vehicle has taken up { $zone } for { $duration }
       *[goods] { $unit ->
            [m] Goods or a stall, { $size } m large, have taken up { $zone } for { $duration }
           *[px] Goods or a stall have taken up { $zone } for { $duration }
        }
    }

takes-goods = goods or a stall
takes-vehicle = a vehicle
explain-no-thing = left nothing behind: this rule is about things that lie somewhere
explain-left-thing = was the nearest when a thing appeared
explain-thing-in-place = { $holds ->
        [yes] the thing lies in the place of the rule
       *[no] the thing does not lie in the place of the rule
    }
explain-thing-large = { $holds ->
        [yes] the thing is { $value } large (wanted: { $limit })
       *[no] the thing is only { $value } large (wanted: { $limit })
    }
explain-thing-unexplained = { $holds ->
        [yes] no track stands where the thing is
       *[no] a track that stands there explains the thing
    }
explain-owner-away = { $holds ->
        [yes] { $value } away from the thing, more than { $limit }
       *[no] { $value } away from the thing, not more than { $limit }
    }
