//! `insitu admin`: what an operator does with the hub's own database.

use std::io::Read as _;

use clap::{Args, Subcommand};
use insitu_model::text::{Email, Name};
use secrecy::SecretString;

use super::{Failure, Outcome, println_line};
use crate::auth::password;
use crate::config::Config;
use crate::people::{self, NewOwner};
use crate::start;

#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Makes an organization and its owner.
    CreateUser(CreateUserOptions),
    /// Gives a user another password and signs them out everywhere.
    ResetPassword(ResetPasswordOptions),
    /// Brings the database's tables up to date and stops.
    Migrate(MigrateOptions),
}

#[derive(Debug, Args)]
pub struct CreateUserOptions {
    #[command(flatten)]
    config: Config,
    /// The new organization's name.
    #[arg(long)]
    organization: Name,
    /// The owner's name.
    #[arg(long)]
    name: Name,
    #[arg(long)]
    email: Email,
    #[command(flatten)]
    password: PasswordSource,
}

#[derive(Debug, Args)]
pub struct ResetPasswordOptions {
    #[command(flatten)]
    config: Config,
    #[arg(long)]
    email: Email,
    #[command(flatten)]
    password: PasswordSource,
}

#[derive(Debug, Args)]
pub struct MigrateOptions {
    #[command(flatten)]
    config: Config,
}

/// A password is read from the environment or standard input: arguments are visible to every process.
#[derive(Debug, Args)]
struct PasswordSource {
    /// The password; without it, the first line of standard input.
    #[arg(
        long = "password-from-env",
        env = "INSITU_PASSWORD",
        hide_env_values = true,
        hide = true
    )]
    password: Option<String>,
}

impl PasswordSource {
    fn read(self) -> Outcome<SecretString> {
        if let Some(password) = self.password {
            return Ok(SecretString::from(password));
        }
        let mut text = String::new();
        std::io::stdin()
            .take(8192)
            .read_to_string(&mut text)
            .map_err(Failure::new)?;
        let line = text.lines().next().unwrap_or_default().to_owned();
        if line.is_empty() {
            return Err(Failure::new(
                "no password: write it to standard input, or set INSITU_PASSWORD",
            ));
        }
        Ok(SecretString::from(line))
    }
}

/// Runs one of the operator's commands.
pub async fn run(command: AdminCommand) -> Outcome {
    match command {
        AdminCommand::CreateUser(options) => create_user(options).await,
        AdminCommand::ResetPassword(options) => reset_password(options).await,
        AdminCommand::Migrate(options) => {
            start::open_database(&options.config).await?;
            println_line("The database is up to date.");
            Ok(())
        }
    }
}

async fn create_user(options: CreateUserOptions) -> Outcome {
    let listen = options.config.listen;
    let secret = options.password.read()?;
    let hub = start::open(options.config, listen).await?;
    let owner = NewOwner {
        name: options.name,
        email: options.email.clone(),
        password: secret,
    };
    let made = people::create_owner_of_another(&hub, options.organization, owner)
        .await
        .map_err(Failure::new)?;
    println_line(&format!(
        "{} owns organization {}.",
        options.email, made.organization
    ));
    Ok(())
}

async fn reset_password(options: ResetPasswordOptions) -> Outcome {
    let listen = options.config.listen;
    let secret = options.password.read()?;
    password::check_shape(&secret).map_err(Failure::new)?;
    let hub = start::open(options.config, listen).await?;
    let hash = password::hash(secret, &*hub.random).await.map_err(Failure::new)?;
    let email = options.email.to_string();
    let known = hub
        .db
        .write(move |tx| {
            let Some(user) = insitu_store::users::find_by_email(tx, &email)? else {
                return Ok(false);
            };
            insitu_store::users::set_password(tx, user.id, &hash)?;
            insitu_store::sessions::delete_of_user(tx, user.id)?;
            Ok::<_, insitu_store::Error>(true)
        })
        .await
        .map_err(Failure::new)?;
    if !known {
        return Err(Failure::new(format!(
            "nobody here has the e-mail address {}",
            options.email
        )));
    }
    println_line(&format!(
        "{} has a new password and is signed out everywhere.",
        options.email
    ));
    Ok(())
}
