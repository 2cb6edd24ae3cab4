//! Where in a file something stands, for faults that are found after it was read.

use guide_common::file_error::line_at;
use guide_common::sop::plan::Lang;

/// The first line that sets a key to a value that holds `value` in quotes; of an empty `value`, the first that sets it.
pub(super) fn line_of(text: &str, key: &str, value: &str) -> Option<usize> {
    let quoted = format!("\"{value}\"");
    let found = lines(text).find(|(_, line)| sets(line, key) && (value.is_empty() || line.contains(&quoted)));
    found.map(|(offset, _)| line_at(text, offset))
}

/// The line of a template's file in which something of one of its texts stands.
pub(super) fn line_of_text(text: &str, lang: Lang, found: &str) -> usize {
    let key = match lang {
        Lang::Zh => "zh",
        Lang::En => "en",
    };
    let of_table = lines(text).find(|(_, line)| line.trim_start().starts_with("[text]"));
    let start = of_table.map_or(0, |(offset, _)| offset);
    let of_key = lines(text).find(|(offset, line)| start <= *offset && sets(line, key));
    let first = of_key.map_or(start, |(offset, _)| offset);
    let holds = lines(text).find(|(offset, line)| first <= *offset && !found.is_empty() && line.contains(found));
    line_at(text, holds.map_or(first, |(offset, _)| offset))
}

/// The lines with the bytes at which they begin.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |offset, line| {
        let begin = *offset;
        *offset += line.len();
        Some((begin, line))
    })
}

fn sets(line: &str, key: &str) -> bool {
    line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_a_text_is_found_in_that_text() {
        let file = "name = { zh = \"最佳\", en = \"best\" }\n[text]\nzh = \"\"\"\n一\n最佳\"\"\"\nen = \"best\"\n";
        assert_eq!(line_of_text(file, Lang::Zh, "最佳"), 5);
        assert_eq!(line_of_text(file, Lang::Zh, ""), 3);
        assert_eq!(line_of_text(file, Lang::En, "best"), 6);
        assert_eq!(line_of(file, "en", "best"), Some(6));
        assert_eq!(line_of(file, "template", "T1"), None);
    }
}
