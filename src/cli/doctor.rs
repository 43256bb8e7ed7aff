//! `sweatbox doctor`: one line for each thing that `serve` needs, with the mend.

use crate::{
    config::Options,
    doctor::{Finding, Verdict, examine},
};
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(super) struct Doctor {
    #[command(flatten)]
    options: Options,

    /// Print one JSON object instead of lines
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Doctor) -> anyhow::Result<ExitCode> {
    let findings = super::runtime()?.block_on(examine(&args.options));
    let starts = !findings.iter().any(Finding::stops);
    if args.json {
        let report = serde_json::json!({ "starts": starts, "checks": findings });
        println!("{report:#}");
    } else {
        findings.iter().for_each(print);
        let conclusion = if starts {
            "`sweatbox` will start"
        } else {
            "`sweatbox` would not start"
        };
        println!("{conclusion}");
    }
    Ok(if starts {
        ExitCode::SUCCESS
    } else {
        super::FOUND.into()
    })
}

fn print(finding: &Finding) {
    let mark = match finding.verdict {
        Verdict::Ok => "ok",
        Verdict::Warning => "warning",
        Verdict::Failed => "FAILED",
        Verdict::Skipped => "skipped",
    };
    println!("{mark:9}{:13}{}", finding.check, finding.found);
    if let Some(mend) = &finding.mend {
        println!("{:22}to mend it: {mend}", "");
    }
}
