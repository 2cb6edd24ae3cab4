//! `guide template list|show|render`.

use clap::{Args as ClapArgs, Subcommand};
use guide_common::id::TemplateId;
use guide_common::template::Template;
use guide_common::text::{Lines, sanitise};

use crate::cli::context::{Context, Form};
use crate::cli::failure::{Answer, Failure};
use crate::cli::next::print_script;
use crate::cli::table::{Side, Table};
use crate::lang::name::channel_name;
use crate::lang::pick;

/// Arguments of `guide template`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the templates
    List,
    /// Show one with its variables
    Show {
        /// Such as T01
        #[arg(value_name = "ID")]
        id: TemplateId,
    },
    /// Print what to say to a customer
    Render {
        /// Such as T01
        #[arg(value_name = "ID")]
        id: TemplateId,
        /// The customer's id
        #[arg(long, value_name = "ID")]
        customer: String,
    },
}

/// Runs the command.
pub async fn run(args: Args, context: &Context) -> Answer<()> {
    let client = context.client().await?;
    match args.command {
        Command::List => {
            let templates = client.templates().await?;
            context.show(&serde_json::json!({ "templates": templates }), |context| list_page(&templates, context))
        }
        Command::Show { id } => {
            let template = client.template(&id).await?;
            context.show(&template, |context| template_page(&template, context))
        }
        Command::Render { id, customer } => {
            let view = client.script(&id, &context.customer_id(&customer)?, context.lang).await?;
            match context.form {
                Form::Json => {
                    context.show(&view, |_| String::new())?;
                    let withheld = view.script.withheld();
                    withheld.map_or(Ok(()), |withheld| Err(Failure::Refused(withheld.sentence(context.lang))))
                }
                Form::Text => print_script(&view, context),
            }
        }
    }
}

fn list_page(templates: &[Template], context: &Context) -> String {
    let lang = context.lang;
    let mut table = Table::new([
        (pick(lang, ("编号", "Id")), Side::Left),
        (pick(lang, ("名称", "Name")), Side::Left),
        (pick(lang, ("渠道", "Over")), Side::Left),
        (pick(lang, ("版本", "Version")), Side::Right),
        (pick(lang, ("内容", "Text")), Side::Left),
    ]);
    for template in templates {
        table.row([
            template.id.to_string(),
            template.name.in_lang(lang).to_owned(),
            channel_name(template.channel, lang).to_owned(),
            template.version.to_string(),
            template.text.in_lang(lang).to_owned(),
        ]);
    }
    table.render(context.style)
}

fn template_page(template: &Template, context: &Context) -> String {
    let lang = context.lang;
    let title = format!(
        "{} · {} · {} · v{}",
        template.id,
        template.name.in_lang(lang),
        channel_name(template.channel, lang),
        template.version
    );
    let text = sanitise(template.text.in_lang(lang), Lines::Many, 4_000);
    format!("{}\n{text}\n", context.style.bold(&sanitise(&title, Lines::One, 200)))
}
