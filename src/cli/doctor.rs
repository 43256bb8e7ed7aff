//! `sweatbox doctor`: one line for each thing that `serve` needs, with the mend.

use crate::{
    config::Options,
    doctor::{Finding, Verdict, examine},
};
use std::{path::PathBuf, process::ExitCode};

#[derive(Debug, clap::Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    options: Options,

    /// Quiz file that `serve --quiz` is to use
    #[arg(long, value_name = "FILE", env = "SWEATBOX_QUIZ")]
    quiz: Option<PathBuf>,

    /// Print one JSON object instead of lines
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Doctor) -> anyhow::Result<ExitCode> {
    let findings = super::block_on(examine(&args.options, args.quiz.as_deref()))?;
    let starts = !findings.iter().any(Finding::stops);
    let report = if args.json {
        let report = serde_json::json!({ "starts": starts, "checks": findings });
        format!("{report:#}\n")
    } else {
        let lines: String = findings.iter().map(line).collect();
        let will = if starts {
            "will start"
        } else {
            "would not start"
        };
        format!("{lines}`sweatbox` {will}\n")
    };
    super::say(&report)?;
    Ok(if starts {
        ExitCode::SUCCESS
    } else {
        super::FOUND.into()
    })
}

fn line(finding: &Finding) -> String {
    let mark = match finding.verdict {
        Verdict::Ok => "ok",
        Verdict::Warning => "warning",
        Verdict::Failed => "FAILED",
        Verdict::Skipped => "skipped",
    };
    let mut line = format!("{mark:9}{:13}{}\n", finding.check, finding.found);
    if let Some(mend) = &finding.mend {
        line += &format!("{:22}to mend it: {mend}\n", "");
    }
    line
}
