#!/usr/bin/env bash
# A blinded trial of two arms from an empty folder to the board's reports, with made-up data (rehearsal/*.jsonl).
# Run it in this folder:  PLACE=/tmp/msc-sle-rct bash rehearsal.sh   The keys lie beside the trial, which no trial may do.
# The list is drawn anew each time and the data are made up, so any difference between the arms is chance.
set -euo pipefail
: "${PLACE:=/tmp/msc-sle-rct}"

# Open, and seal the list: nobody sees it.
trialwright open protocol.toml --trial "$PLACE/trial" --rehearsal --by trainer --at 2027-01-04T08:00+01:00
trialwright seal-list "$PLACE/trial" --key "$PLACE/list.key" --break-glass "$PLACE/sites" --block-sizes 2,4 --by key.holder --at 2027-01-04T09:00+01:00

# Twelve people are enrolled, with their SLEDAI-2K, and randomised within site and activity.
trialwright record "$PLACE/trial" rehearsal/enrolled.jsonl --by site --at 2027-01-11T09:00+01:00
trialwright randomise "$PLACE/trial" R-01 --stratum site=A --stratum "activity=below 10" --by site --at 2027-01-12T09:00+01:00
trialwright randomise "$PLACE/trial" R-02 --stratum site=A --stratum "activity=10 or more" --by site --at 2027-01-12T09:01+01:00
trialwright randomise "$PLACE/trial" R-03 --stratum site=B --stratum "activity=below 10" --by site --at 2027-01-12T09:02+01:00
trialwright randomise "$PLACE/trial" R-04 --stratum site=B --stratum "activity=10 or more" --by site --at 2027-01-12T09:03+01:00
trialwright randomise "$PLACE/trial" R-05 --stratum site=A --stratum "activity=below 10" --by site --at 2027-01-12T09:04+01:00
trialwright randomise "$PLACE/trial" R-06 --stratum site=A --stratum "activity=10 or more" --by site --at 2027-01-12T09:05+01:00
trialwright randomise "$PLACE/trial" R-07 --stratum site=B --stratum "activity=below 10" --by site --at 2027-01-12T09:06+01:00
trialwright randomise "$PLACE/trial" R-08 --stratum site=B --stratum "activity=10 or more" --by site --at 2027-01-12T09:07+01:00
trialwright randomise "$PLACE/trial" R-09 --stratum site=A --stratum "activity=below 10" --by site --at 2027-01-12T09:08+01:00
trialwright randomise "$PLACE/trial" R-10 --stratum site=A --stratum "activity=10 or more" --by site --at 2027-01-12T09:09+01:00
trialwright randomise "$PLACE/trial" R-11 --stratum site=B --stratum "activity=below 10" --by site --at 2027-01-12T09:10+01:00
trialwright randomise "$PLACE/trial" R-12 --stratum site=B --stratum "activity=10 or more" --by site --at 2027-01-12T09:11+01:00

# The unblinded pharmacist dispenses a kit for each; a second person checks its number. R-12 changes their mind.
trialwright dispense "$PLACE/trial" R-01 --infusion 1 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-01-25T09:00+01:00
trialwright dispense "$PLACE/trial" R-02 --infusion 1 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-01-25T09:01+01:00
trialwright dispense "$PLACE/trial" R-03 --infusion 1 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-01-25T09:02+01:00
trialwright dispense "$PLACE/trial" R-04 --infusion 1 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-01-25T09:03+01:00
trialwright dispense "$PLACE/trial" R-05 --infusion 1 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-01-25T09:04+01:00
trialwright dispense "$PLACE/trial" R-06 --infusion 1 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-01-25T09:05+01:00
trialwright dispense "$PLACE/trial" R-07 --infusion 1 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-01-25T09:06+01:00
trialwright dispense "$PLACE/trial" R-08 --infusion 1 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-01-25T09:07+01:00
trialwright dispense "$PLACE/trial" R-09 --infusion 1 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-01-25T09:08+01:00
trialwright dispense "$PLACE/trial" R-10 --infusion 1 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-01-25T09:09+01:00
trialwright dispense "$PLACE/trial" R-11 --infusion 1 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-01-25T09:10+01:00
trialwright check-kit "$PLACE/trial" R-01 --infusion 1 --kit 01-001-3/1 --by nurse --at 2027-01-25T10:00+01:00
trialwright check-kit "$PLACE/trial" R-02 --infusion 1 --kit 02-001-4/1 --by nurse --at 2027-01-25T10:01+01:00
trialwright check-kit "$PLACE/trial" R-03 --infusion 1 --kit 03-001-0/1 --by nurse --at 2027-01-25T10:02+01:00
trialwright check-kit "$PLACE/trial" R-04 --infusion 1 --kit 04-001-5/1 --by nurse --at 2027-01-25T10:03+01:00
trialwright check-kit "$PLACE/trial" R-05 --infusion 1 --kit 01-002-1/1 --by nurse --at 2027-01-25T10:04+01:00
trialwright check-kit "$PLACE/trial" R-06 --infusion 1 --kit 02-002-2/1 --by nurse --at 2027-01-25T10:05+01:00
trialwright check-kit "$PLACE/trial" R-07 --infusion 1 --kit 03-002-8/1 --by nurse --at 2027-01-25T10:06+01:00
trialwright check-kit "$PLACE/trial" R-08 --infusion 1 --kit 04-002-3/1 --by nurse --at 2027-01-25T10:07+01:00
trialwright check-kit "$PLACE/trial" R-09 --infusion 1 --kit 01-003-0/1 --by nurse --at 2027-01-25T10:08+01:00
trialwright check-kit "$PLACE/trial" R-10 --infusion 1 --kit 02-003-9/1 --by nurse --at 2027-01-25T10:09+01:00
trialwright check-kit "$PLACE/trial" R-11 --infusion 1 --kit 03-003-6/1 --by nurse --at 2027-01-25T10:10+01:00
trialwright leave "$PLACE/trial" R-12 --how "consent withdrawn" --by site --at 2027-01-26T09:00+01:00
trialwright record "$PLACE/trial" rehearsal/first-infusions.jsonl --by site --at 2027-02-15T09:00+01:00

# The second infusion, four weeks later; R-10 does not come to it.
trialwright dispense "$PLACE/trial" R-01 --infusion 2 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-02-22T09:00+01:00
trialwright dispense "$PLACE/trial" R-02 --infusion 2 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-02-22T09:01+01:00
trialwright dispense "$PLACE/trial" R-03 --infusion 2 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-02-22T09:02+01:00
trialwright dispense "$PLACE/trial" R-04 --infusion 2 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-02-22T09:03+01:00
trialwright dispense "$PLACE/trial" R-05 --infusion 2 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-02-22T09:04+01:00
trialwright dispense "$PLACE/trial" R-06 --infusion 2 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-02-22T09:05+01:00
trialwright dispense "$PLACE/trial" R-07 --infusion 2 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-02-22T09:06+01:00
trialwright dispense "$PLACE/trial" R-08 --infusion 2 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-02-22T09:07+01:00
trialwright dispense "$PLACE/trial" R-09 --infusion 2 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-02-22T09:08+01:00
trialwright dispense "$PLACE/trial" R-11 --infusion 2 --key "$PLACE/list.key" --contents "as made up" --by key.holder --at 2027-02-22T09:09+01:00
trialwright check-kit "$PLACE/trial" R-01 --infusion 2 --kit 01-001-3/2 --by nurse --at 2027-02-22T10:00+01:00
trialwright check-kit "$PLACE/trial" R-02 --infusion 2 --kit 02-001-4/2 --by nurse --at 2027-02-22T10:01+01:00
trialwright check-kit "$PLACE/trial" R-03 --infusion 2 --kit 03-001-0/2 --by nurse --at 2027-02-22T10:02+01:00
trialwright check-kit "$PLACE/trial" R-04 --infusion 2 --kit 04-001-5/2 --by nurse --at 2027-02-22T10:03+01:00
trialwright check-kit "$PLACE/trial" R-05 --infusion 2 --kit 01-002-1/2 --by nurse --at 2027-02-22T10:04+01:00
trialwright check-kit "$PLACE/trial" R-06 --infusion 2 --kit 02-002-2/2 --by nurse --at 2027-02-22T10:05+01:00
trialwright check-kit "$PLACE/trial" R-07 --infusion 2 --kit 03-002-8/2 --by nurse --at 2027-02-22T10:06+01:00
trialwright check-kit "$PLACE/trial" R-08 --infusion 2 --kit 04-002-3/2 --by nurse --at 2027-02-22T10:07+01:00
trialwright check-kit "$PLACE/trial" R-09 --infusion 2 --kit 01-003-0/2 --by nurse --at 2027-02-22T10:08+01:00
trialwright check-kit "$PLACE/trial" R-11 --infusion 2 --kit 03-003-6/2 --by nurse --at 2027-02-22T10:09+01:00
trialwright record "$PLACE/trial" rehearsal/second-infusions.jsonl --by site --at 2027-03-15T09:00+01:00

# Six months of visits and adverse events, at the end of which R-10 is lost.
trialwright record "$PLACE/trial" rehearsal/adverse-events.jsonl --by site --at 2027-05-03T09:00+02:00
trialwright leave "$PLACE/trial" R-10 --how "lost to follow-up" --by site --at 2027-06-01T09:00+02:00
trialwright record "$PLACE/trial" rehearsal/visits.jsonl --by site --at 2027-07-28T09:00+02:00

# The first look: the data are frozen; the open report for everybody, the closed one for the board.
trialwright cut "$PLACE/trial" --by data --at 2027-07-29T09:00+02:00
trialwright open-report "$PLACE/trial" --out "$PLACE/open" --cut 1
trialwright closed-report "$PLACE/trial" --out "$PLACE/closed" --cut 1 --key "$PLACE/list.key" --plan plan.toml --look 1 --by key.holder --at 2027-07-29T10:00+02:00

# At night somebody is in danger: the site's break-glass key opens one envelope, and one only.
trialwright unblind "$PLACE/trial" R-05 --emergency --key "$PLACE/sites/break-glass-1.key" --reason "anaphylaxis elsewhere" --told "the anaesthetist" --by site --at 2027-07-30T23:10+02:00

# What anybody may ask afterwards.
trialwright randomised "$PLACE/trial"
trialwright verify "$PLACE/trial"
