//! Programs of a later version, built of this one: its sources with a few edits, beside the programs themselves as
//! `guide-later`, `guided-later` and `guide-hub-later`. What an edit holds on to must be there once, so that nobody changes it away
//! unseen.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The later interface and command line.
pub const GUIDE: &str = "guide-later";
/// The later terminal.
pub const GUIDED: &str = "guided-later";
/// The later hub.
pub const HUB: &str = "guide-hub-later";

/// A place in a file, and what stands there in the later version.
struct Edit {
    file: &'static str,
    before: &'static str,
    after: &'static str,
}

const fn edit(file: &'static str, before: &'static str, after: &'static str) -> Edit {
    Edit { file, before, after }
}

const EDITS: [Edit; 25] = [
    edit("Cargo.toml", "version = \"0.1.0\"\n", "version = \"0.2.0\"\n"),
    edit("tui/Cargo.toml", "[[bin]]\nname = \"guide\"", "[[bin]]\nname = \"guide-later\""),
    edit("daemon/Cargo.toml", "[[bin]]\nname = \"guided\"", "[[bin]]\nname = \"guided-later\""),
    edit("hub/Cargo.toml", "[[bin]]\nname = \"guide-hub\"", "[[bin]]\nname = \"guide-hub-later\""),
    // the shapes on the wire and in the terminal's cache
    edit("common/src/wire/mod.rs", "pub const SCHEMA: u32 = 1;", "pub const SCHEMA: u32 = 2;"),
    edit("daemon/src/store/format.rs", "pub const SCHEMA: u32 = 2;", "pub const SCHEMA: u32 = 3;"),
    edit(
        "daemon/src/store/format.rs",
        "steps: &[(1, seal)] }",
        "steps: &[(1, seal), (2, |_, _, key, value| Ok(Some((key.to_vec(), value.to_vec()))))] }",
    ),
    // a field of a document, below its top: the hour of birth, which the hub enters with every birthday
    edit(
        "common/src/customer.rs",
        "    pub leap_month: bool,\n}",
        "    pub leap_month: bool,\n    /// The hour.\n    #[serde(default)]\n    pub hour: Option<u8>,\n}",
    ),
    edit("common/src/customer.rs", "calendar: Calendar::Solar, leap_month: false }", SOLAR),
    edit("common/src/customer.rs", "calendar: Calendar::Lunar, leap_month }", LUNAR),
    edit(
        "common/src/sop/simulate/rivals.rs",
        "calendar, leap_month: false }",
        "calendar, leap_month: false, hour: None }",
    ),
    edit(
        "common/src/sop/anchor/dated.rs",
        "calendar, leap_month: false }",
        "calendar, leap_month: false, hour: None }",
    ),
    edit("hub/src/import/field.rs", "calendar, leap_month })", "calendar, leap_month, hour: Some(7) })"),
    edit("common/src/field/form.rs", "calendar, leap_month } = birthday", "calendar, leap_month, .. } = birthday"),
    // a field of what a guide records, which the terminal fills always
    edit(
        "common/src/outcome.rs",
        "    pub reply: Option<String>,\n}",
        "    pub reply: Option<String>,\n    /// The mood.\n    #[serde(default)]\n    pub mood: Option<String>,\n}",
    ),
    edit("common/src/outcome.rs", "            quoted: None,\n", MOOD),
    // a value of an enumeration: another channel, over which the terminal takes every contact to go
    edit("common/src/outcome.rs", "    Card,\n    /// One of a newer version.", VIDEO),
    edit(
        "common/src/outcome.rs",
        "Self::Card => \"card\",",
        "Self::Card => \"card\",\n            Self::Video => \"video\",",
    ),
    edit(
        "tui/src/lang/name.rs",
        "Channel::Card => (\"邮寄卡片\", \"card\"),",
        "Channel::Card => (\"邮寄卡片\", \"card\"),\n        Channel::Video => (\"视频\", \"video\"),",
    ),
    edit("common/src/template/length.rs", "Channel::Visit | Channel::Unknown => return", VIDEO_LENGTH),
    edit(
        "daemon/src/api/record.rs",
        "request.channel.unwrap_or(channel)",
        "request.channel.or(Some(Channel::Video)).unwrap_or(channel)",
    ),
    // a kind of fact: a ring tried on, which the terminal makes of a promise that begins with “fitting”
    edit("common/src/fact.rs", "    /// A visit agreed.\n    Appointment(Appointment)", FITTING_KIND),
    edit("common/src/fact_body.rs", "dated!(PromiseKept", "dated!(crate::fact::Fitting, PromiseKept"),
    edit("common/src/sop/history.rs", "FactBody::Leave(_) | ", "FactBody::Leave(_) | FactBody::Fitting(_) | "),
    edit("daemon/src/api/record.rs", "    let item = request.item.as_deref()", FITTING),
];

const SOLAR: &str = "calendar: Calendar::Solar, leap_month: false, hour: Some(7) }";
const LUNAR: &str = "calendar: Calendar::Lunar, leap_month, hour: Some(7) }";
const MOOD: &str = "            quoted: None,\n            mood: Some(\"cheerful\".to_owned()),\n";
const VIDEO: &str = "    Card,\n    /// 视频.\n    Video,\n    /// One of a newer version.";
const VIDEO_LENGTH: &str = "Channel::Visit | Channel::Video | Channel::Unknown => return";
const FITTING_KIND: &str = "    /// A ring tried on.\n    Fitting(Fitting) = \"fitting\" by Guide;\n    \
                            /// A visit agreed.\n    Appointment(Appointment)";
const FITTING: &str = "    if let Some(size) = request.text.strip_prefix(\"fitting \") {\n        \
                       return FactBody::Fitting(guide_common::fact::Fitting { on, size: size.to_owned() });\n    }\n    \
                       let item = request.item.as_deref()";

/// What is added to the end of a file.
const ADDED: [(&str, &str); 1] = [(
    "common/src/fact.rs",
    "\n/// A ring tried on.\n#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]\npub struct Fitting {\n    \
     /// The day.\n    pub on: NaiveDate,\n    /// The size.\n    pub size: String,\n}\n",
)];

/// What the sources of the programs are.
const SOURCES: [&str; 12] = [
    ".cargo",
    "Cargo.toml",
    "Cargo.lock",
    "common",
    "content",
    "daemon",
    "hub",
    "lessons",
    "tests",
    "themes",
    "tui",
    "xtask",
];

/// Builds the programs where they are not built yet: a minute or two, since the crates that they share with this version
/// are not built again.
pub fn build() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let this = env::current_exe().unwrap();
    let target = this.ancestors().find(|folder| folder.join("CACHEDIR.TAG").is_file()).unwrap();
    let copy = target.join("later-version");
    let mut sources = BTreeSet::new();
    for source in SOURCES {
        list(root, Path::new(source), &mut sources);
    }
    let mut n_edits = 0;
    for source in &sources {
        let (content, n) = later(source, fs::read(root.join(source)).unwrap());
        n_edits += n;
        write(&copy.join(source), &content);
    }
    assert_eq!(n_edits, EDITS.len() + ADDED.len(), "an edit names a file that is none");
    // a test among what is built gives the crates the features that they have in a build with tests
    write(&copy.join("tui/tests/later.rs"), b"//! Nothing.\n");
    sources.insert("tui/tests/later.rs".into());
    remove_others(&copy, &sources);
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--offline", "--quiet", "--workspace", "--bin", GUIDE, "--bin", GUIDED, "--bin", HUB]);
    cargo.args(["--test", "later"]);
    // what a runner of tests says of the test is no news to the crates, which would be built again
    for (name, _) in env::vars_os() {
        let said = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"].iter().any(|start| said.starts_with(start)) {
            cargo.env_remove(name);
        }
    }
    let status = cargo.current_dir(&copy).env("CARGO_TARGET_DIR", target).status().unwrap();
    assert!(status.success(), "the later version does not build: adapt tests/src/later.rs");
}

fn list(root: &Path, path: &Path, found: &mut BTreeSet<PathBuf>) {
    if root.join(path).is_dir() {
        for entry in fs::read_dir(root.join(path)).unwrap() {
            list(root, &path.join(entry.unwrap().file_name()), found);
        }
    } else {
        found.insert(path.to_owned());
    }
}

/// A file as the later version has it, and how many edits that took.
fn later(source: &Path, content: Vec<u8>) -> (Vec<u8>, usize) {
    let edits: Vec<&Edit> = EDITS.iter().filter(|edit| Path::new(edit.file) == source).collect();
    let added: Vec<&str> = ADDED.iter().filter(|(file, _)| Path::new(file) == source).map(|(_, text)| *text).collect();
    if edits.is_empty() && added.is_empty() {
        return (content, 0);
    }
    let mut text = String::from_utf8(content).unwrap();
    for Edit { file, before, after } in &edits {
        assert_eq!(text.matches(before).count(), 1, "{file} has {before:?} once: adapt tests/src/later.rs");
        text = text.replace(before, after);
    }
    text.extend(added.iter().copied());
    (text.into_bytes(), edits.len() + added.len())
}

/// Writes a file where it is not so already: what was not changed is not built again.
fn write(path: &Path, content: &[u8]) {
    if fs::read(path).is_ok_and(|before| before == content) {
        return;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Removes what the sources have no more.
fn remove_others(copy: &Path, sources: &BTreeSet<PathBuf>) {
    let mut found = BTreeSet::new();
    list(copy, Path::new(""), &mut found);
    for old in found.difference(sources) {
        fs::remove_file(copy.join(old)).unwrap();
    }
}
