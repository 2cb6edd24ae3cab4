//! How long a script takes. It asserts nothing: figures belong to a machine.

use std::hint::black_box;
use std::time::{Duration, Instant};

use chrono::NaiveDateTime;

use super::compiled::{CompiledTemplate, Library};
use super::file;
use super::lint::script::{Delivery, lint_script};
use super::lint::words::LintWords;
use super::lint::{Place, lint};
use super::source::{self, ScriptFacts};
use super::value::Value;
use super::values::Values;
use super::variable::Variable;
use crate::demo::{SEED, chain, template_files};
use crate::sop::plan::Lang;

const N_ROUNDS: u32 = 200;

fn mean(n: u32, mut run: impl FnMut()) -> Duration {
    let started = Instant::now();
    for _ in 0..N_ROUNDS {
        run();
    }
    started.elapsed() / (N_ROUNDS * n)
}

#[test]
#[ignore = "prints times: run it with --ignored --nocapture, and optimised"]
fn times_of_reading_rendering_and_checking() {
    let templates: Vec<_> = template_files().iter().map(|(_, text)| file::parse(text).unwrap()).collect();
    let library = Library::new(templates.clone());
    let all: Vec<&CompiledTemplate> = library.iter().collect();
    let n = all.len() as u32;
    let now: NaiveDateTime = "2026-08-12T10:00:00".parse().unwrap();
    let mut values = Values::default();
    for (variable, text) in
        [(Variable::Salutation, "王姐"), (Variable::Store, "云杉路店"), (Variable::Item, "古法金手镯")]
    {
        values.set_text(variable, text);
    }
    values.set(Variable::BoughtOn, Value::Date(now.date()));
    values.set_gold_price(101_250, now);
    let chain = chain(SEED, Lang::Zh);
    let files: Vec<_> = chain.files().into_iter().map(|(_, file)| file).collect();
    let each_value = mean(files.len() as u32, || {
        for file in &files {
            drop(black_box(source::values(&ScriptFacts::new(file, &chain.guides[0], now))));
        }
    });
    println!("values of a customer: {each_value:?}");
    let words = LintWords::standard();
    let delivery = Delivery { place: Place::Shop, now, lang: Lang::Zh, names: &["解闻溪"], linked_items: &[] };
    println!(
        "reading a file:      {:?}",
        mean(n, || for (_, text) in template_files() {
            drop(black_box(file::parse(text)))
        })
    );
    println!("compiling:           {:?}", mean(n, || drop(black_box(Library::new(templates.clone())))));
    println!(
        "rendering:           {:?}",
        mean(n, || for template in &all {
            drop(black_box(template.script(&values, now, Lang::Zh)))
        })
    );
    println!(
        "lint of a template:  {:?}",
        mean(n, || for template in &templates {
            drop(black_box(lint(template, words, Place::Headquarters, &["解闻溪"])))
        })
    );
    let scripts: Vec<_> = all.iter().map(|template| (template, template.script(&values, now, Lang::Zh))).collect();
    println!(
        "lint of a script:    {:?}",
        mean(n, || for (template, script) in &scripts {
            drop(black_box(lint_script(script, template, &values, words, &delivery)))
        })
    );
}
