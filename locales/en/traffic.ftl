problem-measure-one-place = give one of "zone", "line", "lane", "lanes", or "entries" with "exits"
problem-measure-movements = turning movements need both "entries" and "exits"
problem-measure-place-twice = "{ $name }" stands here twice
problem-measure-pcu-group = "{ $name }" is a group; give passenger car units for single classes
problem-measure-no-lanes = the scene has no lanes to measure; add them under "lanes"
problem-measure-taken = "{ $name }" is measured by the rule "{ $rule }" already; a record could not say which it is of
