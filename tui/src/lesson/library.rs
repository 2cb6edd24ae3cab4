//! The lessons that are part of the program, from the folder `lessons`.

use std::sync::{Arc, LazyLock};

use super::Lesson;
use super::file::parse;

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        /// The files with their names.
        pub const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../lessons/", $name)))),*];
    };
}

files![
    "first-day.toml",
    "ten-outcomes.toml",
    "promise-kept.toml",
    "secrecy.toml",
    "ninety-days.toml",
    "offline.toml",
    "what-if.toml",
    "back-from-leave.toml",
    "wrong-clock.toml",
    "full-disk.toml",
    "lost-replies.toml",
    "expired-token.toml",
    "why-not.toml",
];

/// Every lesson, in their order.
pub fn all() -> &'static [Arc<Lesson>] {
    static ALL: LazyLock<Vec<Arc<Lesson>>> = LazyLock::new(|| {
        // a test reads every file
        let mut all: Vec<Arc<Lesson>> = FILES.iter().filter_map(|(_, text)| parse(text).ok()).map(Arc::new).collect();
        all.sort_by_key(|lesson| lesson.order);
        all
    });
    &ALL
}

/// The lesson of an id, or of a number as they are listed.
pub fn named(name: &str) -> Option<&'static Arc<Lesson>> {
    let by_number = name.parse::<usize>().ok().and_then(|n| all().get(n.checked_sub(1)?));
    all().iter().find(|lesson| lesson.id == name).or(by_number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::file;

    #[test]
    fn every_file_is_a_lesson_under_its_own_name_and_number() {
        let mut orders = Vec::new();
        for (name, text) in FILES {
            let lesson = parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(format!("{}.toml", lesson.id), *name);
            assert_eq!(file::stranger(&lesson), None, "{name}");
            orders.push(lesson.order);
        }
        orders.sort_unstable();
        assert!(orders.windows(2).all(|pair| pair[0] < pair[1]), "two lessons have one number");
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../lessons");
        assert_eq!(std::fs::read_dir(folder).unwrap().count(), FILES.len(), "every file of the folder is a lesson");
    }
}
