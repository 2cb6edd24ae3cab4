//! The plans and templates that come with the program, embedded as they stand in `content/`.

/// Embeds files of a folder of `content/` with their names.
macro_rules! embed {
    ($folder:literal: $($name:literal)*) => {
        vec![$(($name, include_str!(concat!("../../../content/", $folder, "/", $name)))),*]
    };
}

/// The plans: file name and TOML.
pub fn plan_files() -> Vec<(&'static str, &'static str)> {
    embed!("plans": "P01-after-sale.toml" "P02-birthday.toml" "P16-promise.toml")
}

/// The templates: file name and TOML.
pub fn template_files() -> Vec<(&'static str, &'static str)> {
    embed!("templates":
        "T01-thanks.toml" "T02-gift-thanks.toml" "T03-satisfaction.toml" "T04-low-score.toml" "T04b-put-right.toml"
        "T05-full-marks.toml" "T06-know-gold.toml" "T07-know-set-stones.toml" "T08-know-pearls.toml"
        "T09-know-jade.toml" "T10-care.toml" "T12-birthday.toml" "T15-wake-by-service.toml" "T17-your-choice.toml"
        "T22-day-after.toml" "T34-arrived.toml"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sop::plan_file;
    use crate::template::file;

    #[test]
    fn every_file_of_content_is_embedded_and_can_be_published() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../content");
        for (name, files) in [("plans", plan_files()), ("templates", template_files())] {
            let mut there: Vec<_> = std::fs::read_dir(folder.join(name))
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            there.sort();
            let embedded: Vec<_> = files.iter().map(|(name, _)| (*name).to_owned()).collect();
            assert_eq!(embedded, there);
        }
        for (name, text) in plan_files() {
            let plan = plan_file::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(name.starts_with(&format!("{}-", plan.id)), "{name}");
        }
        for (name, text) in template_files() {
            let template = file::parse(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(name.starts_with(&format!("{}-", template.id)), "{name}");
        }
    }

    #[test]
    fn every_template_that_a_plan_names_exists() {
        let templates: Vec<_> = template_files().iter().map(|(_, text)| file::parse(text).unwrap().id).collect();
        for (name, text) in plan_files() {
            for step in plan_file::parse(text).unwrap().steps {
                assert!(step.template.is_none_or(|id| templates.contains(&id)), "{name}, step {}", step.id);
            }
        }
    }
}
