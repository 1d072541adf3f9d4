//! The program: reads configuration, wires the crates, starts. The command line is stable: see `fadu --help`.

mod bench;
mod commands;
mod folder;
mod rehearse;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Fadu 法度: the law-based administration of a local government, as software.
#[derive(Parser)]
#[command(name = "fadu", version, about, long_about = None, max_term_width = 110)]
struct Arguments {
    /// The law folder. Found beside the working folder or the program when not given.
    #[arg(long, global = true, env = "FADU_LAW", value_name = "DIR")]
    law: Option<std::path::PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Rehearse a district-year into an embedded database and serve it: the way to look around.
    Demo(commands::serve::Demo),
    /// Serve the site and the interface for programs.
    Serve(commands::serve::Serve),
    /// Check, test, draw and ask the law folder.
    #[command(subcommand)]
    Law(commands::law::Law),
    /// Play a district's year through the program and see that every figure comes out.
    Rehearse(commands::rehearse::Rehearse),
    /// Write the annual report, every figure a link to its records.
    Report(commands::report::Report),
    /// Show a year of appraisal: scores and ranks, and the roll-up over divisions.
    Appraisal(commands::appraisal::Appraisal),
    /// Ask for figures and the records behind them.
    Figure(commands::report::Figure),
    /// Check a file against a data set, and submit it as a batch.
    Intake(commands::intake::Intake),
    /// Audit a published report: its figures, and whether they agree.
    Audit(commands::audit::Audit),
    /// Measure, as JSON lines, beside the raw limits of this machine.
    Bench(bench::Bench),
    /// Prove that the ledger and the figures are whole.
    Verify(commands::ledger::Verify),
    /// Count every figure and all open cases anew from the ledger, when `verify` finds that they differ.
    Recount(commands::ledger::Recount),
    /// Write the latest signed checkpoint, to be kept elsewhere.
    Checkpoint(commands::checkpoint::Print),
    /// Make and list local accounts.
    #[command(subcommand)]
    Account(commands::account::Account),
    /// Copy the database while it is in use.
    Backup(commands::ledger::Backup),
    /// Bring a backup back.
    Restore(commands::ledger::Restore),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let law = folder::Place { given: arguments.law };
    let done = match arguments.command {
        Command::Demo(command) => commands::serve::demo(command, &law),
        Command::Serve(command) => commands::serve::serve(command, &law),
        Command::Account(command) => commands::account::run(command, &law),
        Command::Law(command) => commands::law::run(command, &law),
        Command::Rehearse(command) => commands::rehearse::run(command, &law),
        Command::Report(command) => commands::report::report(command, &law),
        Command::Appraisal(command) => commands::appraisal::run(command, &law),
        Command::Figure(command) => commands::report::figure(command, &law),
        Command::Intake(command) => commands::intake::run(command, &law),
        Command::Audit(command) => commands::audit::run(command, &law),
        Command::Bench(command) => bench::run(command, &law),
        Command::Verify(command) => commands::ledger::verify(command, &law),
        Command::Recount(command) => commands::ledger::recount(command, &law),
        Command::Checkpoint(command) => commands::checkpoint::run(command, &law),
        Command::Backup(command) => commands::ledger::backup(command),
        Command::Restore(command) => commands::ledger::restore(command),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("fadu: {error}");
            for cause in error.chain().skip(1) {
                eprintln!("  because: {cause}");
            }
            ExitCode::FAILURE
        }
    }
}
