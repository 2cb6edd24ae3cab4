//! The plans and templates that come with the program, embedded as they stand in `content/`.

/// Embeds files of a folder of `content/` with their names.
macro_rules! embed {
    ($folder:literal: $($name:literal)*) => {
        vec![$(($name, include_str!(concat!("../../../content/", $folder, "/", $name)))),*]
    };
}

/// The plans: file name and TOML.
pub fn plan_files() -> Vec<(&'static str, &'static str)> {
    embed!("plans":
        "P01-after-sale.toml" "P02-birthday.toml" "P02b-partner.toml" "P03-wake-up.toml" "P04-invitation.toml"
        "P04b-visit.toml" "P05-lead.toml" "P06-qixi.toml" "P06b-520.toml" "P06c-valentine.toml" "P07-care.toml"
        "P08-coupon.toml" "P09-referral.toml" "P09b-friend-visited.toml" "P09c-friend-bought.toml"
        "P10-recovery.toml" "P11-handover.toml" "P12-ticket.toml" "P12b-ready.toml" "P12c-collected.toml"
        "P13-contact.toml" "P14-newborn.toml" "P15-level.toml" "P15b-next-level.toml" "P16-promise.toml"
    )
}

/// The chain's settings: file name and TOML.
pub fn settings_file() -> (&'static str, &'static str) {
    ("settings.toml", include_str!("../../../content/settings.toml"))
}

/// The templates: file name and TOML.
pub fn template_files() -> Vec<(&'static str, &'static str)> {
    embed!("templates":
        "T01-thanks.toml" "T02-gift-thanks.toml" "T03-satisfaction.toml" "T04-low-score.toml" "T04b-put-right.toml"
        "T05-full-marks.toml" "T05b-refer.toml" "T06-know-gold.toml" "T07-know-set-stones.toml" "T08-know-pearls.toml"
        "T09-know-jade.toml" "T10-care.toml" "T11-birthday-gift.toml" "T12-birthday.toml" "T13-lunar-birthday.toml"
        "T14-partner-anniversary.toml" "T15-wake-by-service.toml" "T16-wake-by-trade-in.toml" "T17-your-choice.toml"
        "T18-invite-call.toml" "T19-invite.toml" "T20-visit-confirmed.toml" "T21-missed-visit.toml"
        "T22-day-after.toml" "T23-comparison.toml" "T24-on-hold.toml" "T25-wedding-countdown.toml" "T26-qixi.toml"
        "T27-engraving.toml" "T28-valentine-sms.toml" "T29-coupon-expires.toml" "T30-level.toml"
        "T31-refer-thanks.toml" "T31b-refer-credited.toml" "T32-handover.toml" "T33-job-ready.toml"
        "T33a-job-received.toml" "T34-arrived.toml" "T35-gold-price.toml" "T36-group-welcome.toml"
        "T36b-introduction.toml" "T37-moments-knowledge.toml" "T38-moments-qixi.toml" "T40-first-month.toml"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sop::plan::Plan;
    use crate::sop::settings::Settings;
    use crate::sop::{plan_file, settings_file};
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

    fn plans() -> Vec<Plan> {
        plan_files().iter().map(|(_, text)| plan_file::parse(text).unwrap()).collect()
    }

    #[test]
    fn every_template_that_a_plan_names_exists() {
        let templates: Vec<_> = template_files().iter().map(|(_, text)| file::parse(text).unwrap().id).collect();
        for plan in plans() {
            for step in plan.steps {
                let named = step.template.iter().chain(step.variants.iter().filter_map(|v| v.template.as_ref()));
                for id in named {
                    assert!(templates.contains(id), "{}, step {}: {id}", plan.id, step.id);
                }
            }
        }
    }

    #[test]
    fn the_settings_can_be_published_and_have_the_numbers_that_hold_without_them() {
        let settings = settings_file::parse(super::settings_file().1).unwrap();
        assert_eq!(settings.tag_groups.len(), 15);
        let numbers = Settings { sms_signature: String::new(), tag_groups: Vec::new(), version: 0, ..settings.clone() };
        assert_eq!(numbers, Settings::default());
        for plan in plans() {
            for tag in plan.audience.tags {
                let group = settings.tag_group(&tag.group).unwrap();
                let is_known = |value: &String| group.values.iter().any(|known| known.name.zh == *value);
                assert!(tag.value.as_ref().is_none_or(is_known), "{}", plan.id);
            }
        }
    }

    #[test]
    fn the_plans_can_be_published_together() {
        assert_eq!(plan_file::check_plans(&plans()), []);
    }

    #[test]
    fn all_sixteen_plans_of_the_chain_are_there() {
        let ids: BTreeSet<String> = plans().iter().map(|plan| plan.id.as_str()[..3].to_owned()).collect();
        assert_eq!(ids, (1..=16).map(|n| format!("P{n:02}")).collect());
    }
}
