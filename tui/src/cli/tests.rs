//! What can be asked, and what is refused before anything is done.

use clap::{CommandFactory, Parser};

use super::*;

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

#[track_caller]
fn check(line: &str, parses: bool) {
    let words = std::iter::once("guide").chain(line.split_whitespace());
    let parsed = Cli::try_parse_from(words);
    assert_eq!(parsed.is_ok(), parses, "{line}: {:?}", parsed.err().map(|error| error.to_string()));
}

#[test]
fn every_command_of_the_manual_parses() {
    for line in [
        "",
        "--lang en",
        "today",
        "today --json",
        "next",
        "log 1a2b 4 --amount 1280.50",
        "log 1a2b BUY --amount 1,280",
        "log 1a2b call_later --next +3 --note 晚上打",
        "log 1a2b 2 --next 8-20 --time 14:30 --promise 带戒指样 --promise-by 1w",
        "log --customer C00004 6 --channel phone",
        "log next 0 --reason a",
        "undo",
        "undo 01989b0e-8a1e-7000-8000-000000000001",
        "customer find 单",
        "customer show C00004",
        "complaint close C00004 处理得很快",
        "complaint close C00004",
        "promise add C00004 找同款 --by +3",
        "promise C00004 找同款 --by +3",
        "promise C00004 找 同款 --by +3 --item 戒圈",
        "promise list",
        "promise list C00004 --json",
        "promise kept C00004",
        "appointment add C00004 8-20",
        "appointment add C00004 8-20 14:30 --about 试对戒",
        "appointment list",
        "appointment no-show C00004",
        "appointment kept 01989b0e",
        "appointment cancel 01989b0e",
        "log 1a2b 1 --promise 带戒指样 --by 1w --visit 8-20 14:30",
        "log --customer C00004 1 --answer",
        "log --customer C00004 1 --promo --visit +3",
        "customer show C00004 --reveal",
        "customer tag add C00004 MAT zz",
        "customer tag remove C00004 材质 珍珠",
        "consent C00004 refuse --channel sms",
        "consent C00004 refuse --until 8-20",
        "consent C00004 allow",
        "secret add C00003 --from C00004 --until +9 --purchase last",
        "secret add C00003 --until 8-21",
        "secret list",
        "secret lift 01989b0e",
        "leave 8-20 8-25 --deputy G02",
        "leave list",
        "amnesty",
        "amnesty --apply",
        "amnesty --deputy G02",
        "amnesty --yes --all --json",
        "explain next",
        "explain 1a2b --json",
        "explain C00004 --all",
        "explain 曾予墨",
        "template lint T01",
        "template lint new.toml",
        "template lint T01 T02 new.toml --strict --json",
        "template stats",
        "template stats --from -30d --to -1d --json",
        "leave cancel 01989b0e",
        "template list",
        "template show T01 --lang en",
        "template render T01 --customer C00004",
        "plan list",
        "plan show P01 --json",
        "report",
        "report --from 8-1 --to -1d --plan P01",
        "sync",
        "sync now",
        "sync status --json",
        "sync log -n 5 --json",
        "outbox",
        "outbox list --json",
        "outbox show 3",
        "outbox show 01989b0e-8a1e",
        "outbox resend 3",
        "outbox resend 3 --customer C00002",
        "outbox edit 3",
        "outbox discard 3 --yes",
        "outbox export",
        "outbox export rejected.json",
        "doctor --json",
        "verify",
        "verify --heal --json",
        "bundle",
        "bundle -o out.json --yes",
        "replay out.json --json",
        "faults",
        "faults set drop_reply=200 offline=on",
        "faults off",
        "enroll https://hub.example --ca ca.pem",
        "enroll http://10.0.0.3:7600 --plain-http",
        "enroll https://hub.example",
        "status",
        "clock",
        "clock set 2026-08-20T10:00",
        "clock forward 1w",
        "demo --as 周予安 --lang en",
        "demo --check",
        "completions bash",
        "man",
    ] {
        check(line, true);
    }
}

#[test]
fn what_makes_no_sense_is_refused_by_the_parser() {
    for line in [
        "tody",
        "--lang fr",
        "log",
        "log a b c",
        "log a 4 --amount 1.234",
        "log a 7 --next someday",
        "log a 2 --time 25:00",
        "log a 0 --reason z",
        "log a 1 --channel pigeon",
        "log a 1 --promise x",
        "undo 12",
        "promise add C1 text",
        "promise C1 text",
        "appointment add C1",
        "appointment add C1 8-20 25:00",
        "log a 1 --answer",
        "log --customer C1 1 --answer --promo",
        "log a 2 --visit 8-20 --next 8-21",
        "consent C1 maybe",
        "secret add C1",
        "leave 8-20",
        "leave",
        "enroll",
        "enroll https://hub.example CODE",
        "outbox show",
        "outbox discard",
        "replay",
        "faults set",
        "sync log -n x",
        "completions tcl",
    ] {
        check(line, false);
    }
}
