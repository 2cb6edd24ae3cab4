//! A report as CSV (RFC 4180): one line a figure, so that a spreadsheet can filter and turn it.

use guide_common::report::Report;
use guide_common::sop::plan::Lang;

use crate::lang::pick;
use crate::report::{Figure, sections};

/// What stands before the first line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Nothing.
    Plain,
    /// The mark by which Excel knows UTF-8.
    Bom,
}

/// The file: section, name, figure and value; shares as decimals between 0 and 1, and empty where there is none.
pub fn csv(report: &Report, start: Start, lang: Lang) -> Result<String, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(pick(lang, (["部分", "名称", "指标", "值"], ["section", "name", "figure", "value"])))?;
    let period = report.period;
    let dates = [(("开始", "from"), period.from), (("结束", "to"), period.to), (("截至", "as of"), report.as_of)];
    for (name, on) in dates {
        writer.write_record([pick(lang, ("期间", "Period")), pick(lang, name), "", &on.to_string()])?;
    }
    for section in sections(report, lang) {
        for (name, cells) in &section.rows {
            for (head, cell) in section.heads.iter().skip(1).zip(cells) {
                writer.write_record([section.title, &inert(name), head, &value(*cell)])?;
            }
        }
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    // everything that was written was text
    let text = String::from_utf8_lossy(&bytes);
    Ok(pick_start(start).to_owned() + &text)
}

fn pick_start(start: Start) -> &'static str {
    match start {
        Start::Plain => "",
        Start::Bom => "\u{feff}",
    }
}

fn value(figure: Figure) -> String {
    match figure {
        Figure::Count(n) => n.to_string(),
        Figure::Share(value) | Figure::Mean(value) => value.map(|value| value.to_string()).unwrap_or_default(),
    }
}

/// A name that no spreadsheet calculates with. (OWASP, CSV injection: = + - @, tab and carriage return, and their
/// full-width forms.)
fn inert(name: &str) -> String {
    let starts = name.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    if starts { format!("'{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture::report;

    #[test]
    fn each_figure_has_a_line_that_ends_as_rfc_4180_says() {
        let text = csv(&report(), Start::Plain, Lang::En).unwrap();
        let lines: Vec<&str> = text.split_terminator("\r\n").collect();
        assert_eq!(
            lines[..4],
            [
                "section,name,figure,value",
                "Period,from,,2026-08-01",
                "Period,to,,2026-08-12",
                "Period,as of,,2026-08-12"
            ]
        );
        assert!(lines.contains(&"Funnel by plan,P01,Replied,5"), "{text}");
        assert!(lines.contains(&"Summary,\"on time, of completed\",Value,0.8"), "{text}");
        assert!(lines.contains(&"Day by day,2026-08-12,Contacts,4"), "{text}");
        assert!(lines.iter().all(|line| !line.contains(['\r', '\n'])));
        let read = csv::Reader::from_reader(text.as_bytes()).records().map(|record| record.unwrap().len()).max();
        assert_eq!(read, Some(4));
    }

    #[test]
    fn a_bom_stands_first_where_it_is_asked_for_and_nowhere_else() {
        let [plain, marked] = [Start::Plain, Start::Bom].map(|start| csv(&report(), start, Lang::Zh).unwrap());
        assert_eq!(marked.strip_prefix('\u{feff}'), Some(plain.as_str()));
        assert!(plain.starts_with("部分,名称,指标,值\r\n"));
    }

    #[test]
    fn a_name_that_a_spreadsheet_would_calculate_with_is_a_text() {
        let mut report = report();
        let figures = report.by_plan.values().next().unwrap().clone();
        report.by_plan.insert("-1:2".parse().unwrap(), figures);
        let text = csv(&report, Start::Plain, Lang::En).unwrap();
        assert!(text.contains("By plan,'-1:2,Due,12\r\n"), "{text}");
        for name in ["=1", "+1", "@a", "\t1", "＝1", "  =1"] {
            assert_eq!(inert(name), format!("'{name}"));
        }
        assert_eq!(inert("P01"), "P01");
    }
}
