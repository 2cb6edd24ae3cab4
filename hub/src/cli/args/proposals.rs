//! The arguments of `guide-hub proposals`.

use clap::Subcommand;

/// What to do with proposals.
#[derive(Debug, Subcommand)]
pub enum ProposalsCommand {
    /// List those that wait for an answer
    List {
        /// Those that were answered or taken back too
        #[arg(long)]
        all: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one beside what is published, with what lint finds
    Show {
        /// The id, or its end
        #[arg(value_name = "ID")]
        id: String,
        /// Print the proposed file alone
        #[arg(long, conflicts_with = "json")]
        file: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Publish one as the template's next version; lint stops it as it stops every publication
    Accept {
        /// The id, or its end
        #[arg(value_name = "ID")]
        id: String,
        /// Who answers
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// Also where another version was published since it was proposed
        #[arg(long)]
        anyway: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Reject one with a reason, which the trainer reads
    Reject {
        /// The id, or its end
        #[arg(value_name = "ID")]
        id: String,
        /// The reason
        #[arg(long, value_name = "TEXT")]
        why: String,
        /// Who answers
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}
