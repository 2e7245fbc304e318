#!/usr/bin/env bash
# Two infusions per participant, from an empty folder to the lock of the data, by the command line alone.
# Run it in this folder:  TRIAL=/tmp/two-infusions bash rehearsal.sh   (LEDGER="--ledger postgresql://…" for a server).
# A rehearsal: passwords stand in it in clear, which no trial may do.
set -euo pipefail
: "${TRIAL:=/tmp/two-infusions}" "${LEDGER:=}"

# Open, and give everybody an account with a role and a password of their own.
TRIALWRIGHT_NEW_PASSWORD="annas own password" trialwright open protocol.toml --trial "$TRIAL" $LEDGER --rehearsal --by anna --name "Anna Example" --at 2026-02-02T08:00+01:00
TRIALWRIGHT_PASSWORD="annas own password" TRIALWRIGHT_NEW_PASSWORD="given by anna" trialwright accounts open "$TRIAL" --account ivan --name "Ivan Example" --role "investigator" --by anna --at 2026-02-02T08:10+01:00
TRIALWRIGHT_PASSWORD="given by anna" TRIALWRIGHT_NEW_PASSWORD="ivans own password" trialwright accounts password "$TRIAL" --by ivan --at 2026-02-02T08:11+01:00
TRIALWRIGHT_PASSWORD="annas own password" TRIALWRIGHT_NEW_PASSWORD="given by anna" trialwright accounts open "$TRIAL" --account bea --name "Bea Example" --role "board" --by anna --at 2026-02-02T08:12+01:00
TRIALWRIGHT_PASSWORD="given by anna" TRIALWRIGHT_NEW_PASSWORD="beas own password" trialwright accounts password "$TRIAL" --by bea --at 2026-02-02T08:13+01:00
TRIALWRIGHT_PASSWORD="annas own password" TRIALWRIGHT_NEW_PASSWORD="given by anna" trialwright accounts open "$TRIAL" --account phil --name "Phil Example" --role "pharmacist" --by anna --at 2026-02-02T08:14+01:00
TRIALWRIGHT_PASSWORD="given by anna" TRIALWRIGHT_NEW_PASSWORD="phils own password" trialwright accounts password "$TRIAL" --by phil --at 2026-02-02T08:15+01:00
TRIALWRIGHT_PASSWORD="annas own password" TRIALWRIGHT_NEW_PASSWORD="given by anna" trialwright accounts open "$TRIAL" --account dora --name "Dora Example" --role "data manager" --by anna --at 2026-02-02T08:16+01:00
TRIALWRIGHT_PASSWORD="given by anna" TRIALWRIGHT_NEW_PASSWORD="doras own password" trialwright accounts password "$TRIAL" --by dora --at 2026-02-02T08:17+01:00
TRIALWRIGHT_PASSWORD="annas own password" TRIALWRIGHT_NEW_PASSWORD="given by anna" trialwright accounts open "$TRIAL" --account nina --name "Nina Example" --role "investigator" --by anna --at 2026-02-02T08:18+01:00
TRIALWRIGHT_PASSWORD="given by anna" TRIALWRIGHT_NEW_PASSWORD="ninas own password" trialwright accounts password "$TRIAL" --by nina --at 2026-02-02T08:19+01:00
TRIALWRIGHT_PASSWORD="annas own password" TRIALWRIGHT_NEW_PASSWORD="given by anna" trialwright accounts open "$TRIAL" --account mona --name "Mona Example" --role "monitor" --by anna --at 2026-02-02T08:20+01:00
TRIALWRIGHT_PASSWORD="given by anna" TRIALWRIGHT_NEW_PASSWORD="monas own password" trialwright accounts password "$TRIAL" --by mona --at 2026-02-02T08:21+01:00

# The product: donation, batch, bags, tests, release.
TRIALWRIGHT_PASSWORD="phils own password" trialwright batch "$TRIAL" --file batch.toml --by phil --at 2026-02-02T09:00+01:00

# P-01: consent, screening, eligibility, enrolment.
TRIALWRIGHT_PASSWORD="ivans own password" trialwright screen "$TRIAL" P-01 --consented 2026-02-02 --by ivan --at 2026-02-03T09:00+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright screen "$TRIAL" P-01 --facts screening.csv --by ivan --at 2026-02-03T09:10+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright confirm "$TRIAL" P-01 --by ivan --at 2026-02-03T09:20+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright enrol "$TRIAL" P-01 --by ivan --at 2026-02-03T09:30+01:00

# P-01: infusion 1; the dose is worked out, released, checked by a second person, given.
TRIALWRIGHT_PASSWORD="phils own password" trialwright prepare "$TRIAL" P-01 --weight 62 --infusion 1 --bag BAG-1 --release --thawed-at 2026-02-04T09:00+01:00 --by phil --at 2026-02-04T09:05+01:00
TRIALWRIGHT_PASSWORD="ninas own password" trialwright confirm-identity "$TRIAL" P-01 --weight 62 --batch B-1 --bag BAG-1 --infusion 1 --by nina --at 2026-02-04T09:20+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright infuse "$TRIAL" P-01 --infusion 1 --began 2026-02-04T09:30+01:00 --ended 2026-02-04T10:00+01:00 --by ivan --at 2026-02-04T10:10+01:00

# P-02: consent, screening, eligibility, enrolment.
TRIALWRIGHT_PASSWORD="ivans own password" trialwright screen "$TRIAL" P-02 --consented 2026-02-04 --by ivan --at 2026-02-05T09:00+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright screen "$TRIAL" P-02 --facts screening.csv --by ivan --at 2026-02-05T09:10+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright confirm "$TRIAL" P-02 --by ivan --at 2026-02-05T09:20+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright enrol "$TRIAL" P-02 --by ivan --at 2026-02-05T09:30+01:00

# P-01 has a fever.
TRIALWRIGHT_PASSWORD="ivans own password" trialwright ae report "$TRIAL" --participant P-01 --ae AE-1 --term Fever --ctcae Fever --onset 2026-02-05 --grade 1 --related yes --serious no --expected yes --by ivan --at 2026-02-05T12:00+01:00

# P-02: infusion 1; the dose is worked out, released, checked by a second person, given.
TRIALWRIGHT_PASSWORD="phils own password" trialwright prepare "$TRIAL" P-02 --weight 71.5 --infusion 1 --bag BAG-2 --release --thawed-at 2026-02-06T09:00+01:00 --by phil --at 2026-02-06T09:05+01:00
TRIALWRIGHT_PASSWORD="ninas own password" trialwright confirm-identity "$TRIAL" P-02 --weight 71.5 --batch B-1 --bag BAG-2 --infusion 1 --by nina --at 2026-02-06T09:20+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright infuse "$TRIAL" P-02 --infusion 1 --began 2026-02-06T09:30+01:00 --ended 2026-02-06T10:00+01:00 --by ivan --at 2026-02-06T10:10+01:00

# The fever has gone.
TRIALWRIGHT_PASSWORD="ivans own password" trialwright ae follow "$TRIAL" --ae AE-1 --outcome recovered --ended 2026-02-07 --on 2026-02-07 --by ivan --at 2026-02-07T12:00+01:00

# P-03: consent, screening, eligibility, enrolment.
TRIALWRIGHT_PASSWORD="ivans own password" trialwright screen "$TRIAL" P-03 --consented 2026-02-08 --by ivan --at 2026-02-09T09:00+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright screen "$TRIAL" P-03 --facts screening.csv --by ivan --at 2026-02-09T09:10+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright confirm "$TRIAL" P-03 --by ivan --at 2026-02-09T09:20+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright enrol "$TRIAL" P-03 --by ivan --at 2026-02-09T09:30+01:00

# P-03: infusion 1; the dose is worked out, released, checked by a second person, given.
TRIALWRIGHT_PASSWORD="phils own password" trialwright prepare "$TRIAL" P-03 --weight 55 --infusion 1 --bag BAG-3 --release --thawed-at 2026-02-10T09:00+01:00 --by phil --at 2026-02-10T09:05+01:00
TRIALWRIGHT_PASSWORD="ninas own password" trialwright confirm-identity "$TRIAL" P-03 --weight 55 --batch B-1 --bag BAG-3 --infusion 1 --by nina --at 2026-02-10T09:20+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright infuse "$TRIAL" P-03 --infusion 1 --began 2026-02-10T09:30+01:00 --ended 2026-02-10T10:00+01:00 --by ivan --at 2026-02-10T10:10+01:00

# P-01: the visit a week after infusion 1.
TRIALWRIGHT_PASSWORD="ninas own password" trialwright assess "$TRIAL" P-01 --visit "Week 1" --infusion 1 --item selena-sledai.arthritis=yes --by nina --at 2026-02-11T11:00+01:00

# P-02: the visit a week after infusion 1.
TRIALWRIGHT_PASSWORD="ninas own password" trialwright assess "$TRIAL" P-02 --visit "Week 1" --infusion 1 --item selena-sledai.arthritis=yes --by nina --at 2026-02-13T11:00+01:00

# P-03: the visit a week after infusion 1.
TRIALWRIGHT_PASSWORD="ninas own password" trialwright assess "$TRIAL" P-03 --visit "Week 1" --infusion 1 --item selena-sledai.arthritis=yes --by nina --at 2026-02-17T11:00+01:00

# The monitor asks, the data manager answers, the monitor closes.
TRIALWRIGHT_PASSWORD="monas own password" trialwright query raise "$TRIAL" "Weight of P-02 on the day of the infusion?" --participant P-02 --by mona --at 2026-02-20T12:00+01:00
TRIALWRIGHT_PASSWORD="doras own password" trialwright query answer "$TRIAL" 1 "71.5 kg, as released and checked" --by dora --at 2026-02-20T13:00+01:00
TRIALWRIGHT_PASSWORD="monas own password" trialwright query close "$TRIAL" 1 --reason "agreed" --by mona --at 2026-02-20T14:00+01:00

# P-01: infusion 2; the dose is worked out, released, checked by a second person, given.
TRIALWRIGHT_PASSWORD="phils own password" trialwright prepare "$TRIAL" P-01 --weight 62 --infusion 2 --bag BAG-4 --release --thawed-at 2026-03-04T09:00+01:00 --by phil --at 2026-03-04T09:05+01:00
TRIALWRIGHT_PASSWORD="ninas own password" trialwright confirm-identity "$TRIAL" P-01 --weight 62 --batch B-1 --bag BAG-4 --infusion 2 --by nina --at 2026-03-04T09:20+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright infuse "$TRIAL" P-01 --infusion 2 --began 2026-03-04T09:30+01:00 --ended 2026-03-04T10:00+01:00 --by ivan --at 2026-03-04T10:10+01:00

# P-02: infusion 2; the dose is worked out, released, checked by a second person, given.
TRIALWRIGHT_PASSWORD="phils own password" trialwright prepare "$TRIAL" P-02 --weight 71.5 --infusion 2 --bag BAG-5 --release --thawed-at 2026-03-06T09:00+01:00 --by phil --at 2026-03-06T09:05+01:00
TRIALWRIGHT_PASSWORD="ninas own password" trialwright confirm-identity "$TRIAL" P-02 --weight 71.5 --batch B-1 --bag BAG-5 --infusion 2 --by nina --at 2026-03-06T09:20+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright infuse "$TRIAL" P-02 --infusion 2 --began 2026-03-06T09:30+01:00 --ended 2026-03-06T10:00+01:00 --by ivan --at 2026-03-06T10:10+01:00

# P-03: infusion 2; the dose is worked out, released, checked by a second person, given.
TRIALWRIGHT_PASSWORD="phils own password" trialwright prepare "$TRIAL" P-03 --weight 55 --infusion 2 --bag BAG-6 --release --thawed-at 2026-03-10T09:00+01:00 --by phil --at 2026-03-10T09:05+01:00
TRIALWRIGHT_PASSWORD="ninas own password" trialwright confirm-identity "$TRIAL" P-03 --weight 55 --batch B-1 --bag BAG-6 --infusion 2 --by nina --at 2026-03-10T09:20+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright infuse "$TRIAL" P-03 --infusion 2 --began 2026-03-10T09:30+01:00 --ended 2026-03-10T10:00+01:00 --by ivan --at 2026-03-10T10:10+01:00

# P-01: the visit a week after infusion 2.
TRIALWRIGHT_PASSWORD="ninas own password" trialwright assess "$TRIAL" P-01 --visit "Week 1" --infusion 2 --item selena-sledai.arthritis=yes --by nina --at 2026-03-11T11:00+01:00

# P-02: the visit a week after infusion 2.
TRIALWRIGHT_PASSWORD="ninas own password" trialwright assess "$TRIAL" P-02 --visit "Week 1" --infusion 2 --item selena-sledai.arthritis=yes --by nina --at 2026-03-13T11:00+01:00

# P-03: the visit a week after infusion 2.
TRIALWRIGHT_PASSWORD="ninas own password" trialwright assess "$TRIAL" P-03 --visit "Week 1" --infusion 2 --item selena-sledai.arthritis=yes --by nina --at 2026-03-17T11:00+01:00

# After the last window the data are cut, the committee decides, both roles sign; then the next level is open.
TRIALWRIGHT_PASSWORD="doras own password" trialwright cut "$TRIAL" --by dora --at 2026-04-10T10:00+01:00
TRIALWRIGHT_PASSWORD="beas own password" trialwright decide "$TRIAL" --by bea --at 2026-04-10T11:00+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright sign "$TRIAL" 100 --meaning approval --by ivan --at 2026-04-10T12:00+01:00
TRIALWRIGHT_PASSWORD="beas own password" trialwright sign "$TRIAL" 100 --meaning approval --by bea --at 2026-04-10T13:00+01:00
trialwright gate "$TRIAL" --as-of 2026-04-10

# P-04: consent, screening, eligibility, enrolment.
TRIALWRIGHT_PASSWORD="ivans own password" trialwright screen "$TRIAL" P-04 --consented 2026-04-13 --by ivan --at 2026-04-14T09:00+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright screen "$TRIAL" P-04 --facts screening.csv --by ivan --at 2026-04-14T09:10+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright confirm "$TRIAL" P-04 --by ivan --at 2026-04-14T09:20+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright enrol "$TRIAL" P-04 --by ivan --at 2026-04-14T09:30+01:00

# P-04: infusion 1; the dose is worked out, released, checked by a second person, given.
TRIALWRIGHT_PASSWORD="phils own password" trialwright prepare "$TRIAL" P-04 --weight 66 --infusion 1 --bag BAG-7 --bag BAG-8 --release --thawed-at 2026-04-15T09:00+01:00 --by phil --at 2026-04-15T09:05+01:00
TRIALWRIGHT_PASSWORD="ninas own password" trialwright confirm-identity "$TRIAL" P-04 --weight 66 --batch B-1 --bag BAG-7 --bag BAG-8 --infusion 1 --by nina --at 2026-04-15T09:20+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright infuse "$TRIAL" P-04 --infusion 1 --began 2026-04-15T09:30+01:00 --ended 2026-04-15T10:00+01:00 --by ivan --at 2026-04-15T10:10+01:00

# P-04: the visit a week after infusion 1.
TRIALWRIGHT_PASSWORD="ninas own password" trialwright assess "$TRIAL" P-04 --visit "Week 1" --infusion 1 --item selena-sledai.arthritis=yes --by nina --at 2026-04-22T11:00+01:00

# P-04: infusion 2; the dose is worked out, released, checked by a second person, given.
TRIALWRIGHT_PASSWORD="phils own password" trialwright prepare "$TRIAL" P-04 --weight 66 --infusion 2 --bag BAG-9 --bag BAG-10 --release --thawed-at 2026-05-13T09:00+01:00 --by phil --at 2026-05-13T09:05+01:00
TRIALWRIGHT_PASSWORD="ninas own password" trialwright confirm-identity "$TRIAL" P-04 --weight 66 --batch B-1 --bag BAG-9 --bag BAG-10 --infusion 2 --by nina --at 2026-05-13T09:20+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright infuse "$TRIAL" P-04 --infusion 2 --began 2026-05-13T09:30+01:00 --ended 2026-05-13T10:00+01:00 --by ivan --at 2026-05-13T10:10+01:00

# P-04: the visit a week after infusion 2.
TRIALWRIGHT_PASSWORD="ninas own password" trialwright assess "$TRIAL" P-04 --visit "Week 1" --infusion 2 --item selena-sledai.arthritis=yes --by nina --at 2026-05-20T11:00+01:00

# The sponsor ends enrolment for reasons that have nothing to do with the data; everybody leaves; the data are locked.
TRIALWRIGHT_PASSWORD="beas own password" trialwright close "$TRIAL" --closed-by sponsor --not-informative --reason "recruitment was too slow" --by bea --at 2026-06-15T09:00+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright leave "$TRIAL" P-01 --how completed --by ivan --at 2026-06-15T10:01+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright leave "$TRIAL" P-02 --how completed --by ivan --at 2026-06-15T10:02+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright leave "$TRIAL" P-03 --how completed --by ivan --at 2026-06-15T10:03+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright leave "$TRIAL" P-04 --how completed --by ivan --at 2026-06-15T10:04+01:00
TRIALWRIGHT_PASSWORD="doras own password" trialwright lock "$TRIAL" --reason "final analysis" --by dora --at 2026-06-16T10:00+01:00
TRIALWRIGHT_PASSWORD="doras own password" trialwright sign "$TRIAL" 126 --meaning responsibility --by dora --at 2026-06-16T12:00+01:00
TRIALWRIGHT_PASSWORD="ivans own password" trialwright sign "$TRIAL" 126 --meaning approval --by ivan --at 2026-06-16T13:00+01:00
TRIALWRIGHT_PASSWORD="monas own password" trialwright review "$TRIAL" --findings "none" --by mona --at 2026-06-17T10:00+01:00
TRIALWRIGHT_PASSWORD="monas own password" trialwright sign "$TRIAL" 129 --meaning review --by mona --at 2026-06-17T12:00+01:00

# What anybody may ask afterwards.
trialwright trace "$TRIAL" P-01
trialwright signatures "$TRIAL"
trialwright clocks "$TRIAL"
trialwright trail "$TRIAL" --last 5
trialwright verify "$TRIAL"
