//! `fadu account`: local accounts.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use actions::person::NewAccount;
use anyhow::Context;
use clap::Subcommand;

use super::hall::Database;
use crate::folder::Place;

#[derive(Subcommand)]
pub enum Account {
    /// Make an account, or give an existing one a new password. The password is read from standard input.
    Make {
        login: String,
        /// The name shown.
        #[arg(long)]
        name: String,
        /// The person in the register of officers; left out for members of the public.
        #[arg(long, default_value = "")]
        person: String,
        #[command(flatten)]
        database: Database,
    },
    /// List the accounts.
    List {
        #[command(flatten)]
        database: Database,
    },
}

pub fn run(command: Account, place: &Place) -> anyhow::Result<ExitCode> {
    match command {
        Account::Make { login, name, person, database } => {
            if std::io::stdin().is_terminal() {
                eprint!("password for {login}: ");
            }
            let mut password = String::new();
            std::io::stdin().lock().read_line(&mut password).context("no password on standard input")?;
            let hall = database.hall(place)?;
            hall.make_account(&NewAccount {
                login: login.clone(),
                name,
                password: password.trim_end_matches(['\r', '\n']).to_owned(),
                person,
            })?;
            println!("account {login} is ready");
        }
        Account::List { database } => {
            let hall = database.hall_to_read(place)?;
            for account in hall.store.accounts(hall.settings.number())? {
                println!("{:20} {:16} {}", account.login, account.name, account.person);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
