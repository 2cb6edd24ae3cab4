//! Texts that would take over a terminal, in every field of customers, purchases and records: what the programs write
//! to a terminal holds none of it, and the screen keeps its shape.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

use std::path::Path;

use guide_tests::dice::Dice;
use guide_tests::program::{Hub, Terminal, demo, folder, path_of, run, run_ok, runtime};
use guide_tests::pty::Pty;
use portable_pty::CommandBuilder;
use serde_json::{Value, json};
use sqlx::{Connection, Row};

const SEED: u64 = 15;
const GUIDE: &str = "linzhixia";
/// How many of a guide's customers and records there are at least, and how many texts are put into each.
const N_ENTITIES: usize = 60;
const N_TEXTS: usize = 5_000;

/// The way through the screens: down the queue, the customers, down those, a filter.
const KEYS: [&str; 6] = ["j", "\t", "j", "/王", "\r", "\x1b"];

/// What a text is made of. Whatever obeys one of these leaves its mark in the bytes or on the screen.
const PARTS: [&str; 18] = [
    "\u{1b}]52;c;aGFjaw==\u{7}",
    "\u{1b}]8;;http://evil.example\u{1b}\\here\u{1b}]8;;\u{1b}\\",
    "\u{1b}]0;EVIL\u{7}",
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}[?7777h",
    "\u{1b}P$qm\u{1b}\\",
    "\u{1b}_EVIL\u{1b}\\",
    "\u{1b}c",
    "\u{9b}2J",
    "\u{9d}52;c;eA==\u{9c}",
    "\u{202e}gnp.exe",
    "\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}",
    "\u{200b}\u{2060}\u{feff}",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "\u{e0041}\u{e0042}",
    "\u{0}\u{8}\u{c}\r\n\t",
    "王姐",
    "👩‍👩‍👧",
];

fn hostile(dice: &mut Dice) -> String {
    (0..=dice.roll(5)).map(|_| PARTS[usize::try_from(dice.roll(PARTS.len() as u64)).unwrap()]).collect()
}

/// Puts a hostile text behind every text of a document that is neither an id, a date nor one of a few known words.
fn spoil(value: &mut Value, dice: &mut Dice, n_texts: &mut usize) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let is_free = matches!(
                    key.as_str(),
                    "name" | "salutation" | "note" | "value" | "text" | "source" | "material" | "relation" | "phone"
                );
                match value {
                    Value::String(text) if is_free => {
                        text.push_str(&hostile(dice));
                        *n_texts += 1;
                    }
                    value => spoil(value, dice, n_texts),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| spoil(value, dice, n_texts)),
        _ => {}
    }
}

/// Spoils everything that the hub holds of a guide's customers, until so many texts are in it.
async fn spoil_hub(hub: &Hub) -> usize {
    sqlx::any::install_default_drivers();
    let url = format!("sqlite://{}", hub.data().join("hub.db").display());
    let mut db = sqlx::AnyConnection::connect(&url).await.unwrap();
    let rows =
        sqlx::query("SELECT kind, id, body FROM entity WHERE guide_id = $1 AND customer_id <> '' AND deleted = 0")
            .bind(GUIDE)
            .fetch_all(&mut db)
            .await
            .unwrap();
    assert!(rows.len() > N_ENTITIES);
    let mut dice = Dice::new(SEED);
    let mut n_texts = 0;
    for row in rows {
        let (kind, id, body): (String, String, String) = (row.get(0), row.get(1), row.get(2));
        let mut value: Value = serde_json::from_str(&body).unwrap();
        spoil(&mut value, &mut dice, &mut n_texts);
        if kind == "customer" {
            // more of what a customer has many of
            let mut text = || hostile(&mut dice);
            value["tags"] = (0..30).map(|_| json!({ "group": text(), "value": text(), "source": text() })).collect();
            value["links"] = (0..30).map(|_| json!({ "relation": text(), "name": text() })).collect();
            value["salutation"] = text().into();
            n_texts += 151;
        }
        sqlx::query("UPDATE entity SET body = $1 WHERE guide_id = $2 AND kind = $3 AND id = $4")
            .bind(value.to_string())
            .bind(GUIDE)
            .bind(kind)
            .bind(id)
            .execute(&mut db)
            .await
            .unwrap();
    }
    n_texts
}

/// What of these bytes would do more to a terminal than move, colour and clear as the program itself does.
fn faults(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).expect("what is written is UTF-8");
    let mut faults = Vec::new();
    if text.contains("\u{1b}[?7777h") {
        faults.push("a mode that the program never sets".to_owned());
    }
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\u{1b}' => match chars.peek() {
                // moves and colours, the cursor's keeping, a character set
                Some('[' | '7' | '8' | '(' | '=' | '>') => {}
                other => faults.push(format!("ESC {other:?}")),
            },
            '\u{80}'..='\u{9f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => {
                faults.push(format!("{char:?}"));
            }
            '\u{61c}' | '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{0}' | '\u{7}' | '\u{8}' | '\u{c}' => {
                faults.push(format!("{char:?}"));
            }
            '\u{e0000}'..='\u{e007f}' => faults.push(format!("{char:?}")),
            _ => {}
        }
    }
    faults
}

fn interface(terminal: &Terminal, args: &[&str]) -> CommandBuilder {
    let mut command = CommandBuilder::new(path_of("guide"));
    command.args(args);
    command.env_clear();
    let home = terminal.home.to_str().unwrap();
    for (name, value) in [("TERM", "xterm-256color"), ("LANG", "zh_CN.UTF-8"), ("GUIDE_HOME", home), ("HOME", home)] {
        command.env(name, value);
    }
    command
}

async fn heal(hub: &Hub, terminal: &Terminal) {
    hub.cli(&["verify", GUIDE, "--heal"]);
    assert_eq!(terminal.client().sync_now().await.unwrap().last_error, None);
    let verified = run("guide", &terminal.home, &["verify", "--json"]);
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// Every command that lists what comes from outside, as a terminal gets it and as a script does.
fn check_commands(home: &Path, customer: &str) {
    for args in [
        &["today"][..],
        &["customers"],
        &["customer", customer],
        &["task", customer],
        &["explain", customer],
        &["outbox"],
        &["promises"],
    ] {
        let output = run("guide", home, args);
        for (stream, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            assert_eq!(faults(bytes), [""; 0], "guide {args:?}, {stream}");
        }
    }
}

#[test]
fn what_would_command_a_terminal_is_found_where_it_is_written_as_it_came() {
    let is_harmless = |part: &str| part.contains(['e', '王', '👩']) && !part.contains(['\u{1b}', '\u{202e}']);
    for part in PARTS.into_iter().filter(|part| !is_harmless(part) && *part != "\u{1b}[2J\u{1b}[H") {
        assert_ne!(faults(part.as_bytes()), [""; 0], "{part:?}");
    }
}

#[test]
fn hostile_texts_in_every_field_neither_command_the_terminal_nor_shift_the_screen() {
    runtime().block_on(async {
        let folder = folder();
        let (hub, terminal) = demo(folder.path()).await;
        let mut before = Pty::start(interface(&terminal, &["--lang", "en"]), &["Script"]).unwrap();
        assert_eq!(faults(&before.bytes), [""; 0], "the program's own");
        let lines = before.columns_of("│");
        assert!(!lines.is_empty(), "{}", before.text());
        // the lines of every screen that is walked below, as they stand without such texts
        let mut columns = lines.clone();
        for key in KEYS {
            before.type_only(key).unwrap();
            before.settle();
            columns.extend(before.columns_of("│"));
        }
        // the next one comes back to where this one was left
        before.press("\x1b\x1bgt", &["Script"]).unwrap();
        drop(before);
        let n_texts = spoil_hub(&hub).await;
        assert!(n_texts > N_TEXTS, "{n_texts} texts");
        heal(&hub, &terminal).await;
        let customers = terminal.client().customers("", 1_000).await.unwrap().rows;
        assert!(customers.iter().any(|row| row.name.contains("evil") || row.name.contains("here")), "they are there");
        let mut pty = Pty::start(interface(&terminal, &["--lang", "en"]), &["Script"]).unwrap();
        assert_eq!(pty.columns_of("│"), lines, "{}", pty.text());
        let mut seen = pty.text();
        for keys in &KEYS {
            for _ in 0..if *keys == "j" { 30 } else { 1 } {
                pty.type_only(keys).unwrap();
                pty.settle();
                seen.push_str(&pty.text());
                let shown = pty.columns_of("│");
                assert!(shown.iter().all(|column| columns.contains(column)), "{keys:?}: {shown:?}\n{}", pty.text());
            }
        }
        for part in ["王姐", "gnp.exe"] {
            assert!(seen.contains(part), "{part} was shown:\n{}", pty.text());
        }
        assert!(pty.bytes.len() > 20_000, "{} bytes were looked at", pty.bytes.len());
        assert_eq!(faults(&pty.bytes), [""; 0]);
        check_commands(&terminal.home, customers[0].id.as_str());
        assert!(run_ok("guide", &terminal.home, &["status"]).contains('\n'));
    });
}
