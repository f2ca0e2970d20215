//! Which files a command needs: its sandbox lets it reach no others.

use std::path::{Path, PathBuf};

use crate::cli::args::{As, Cli, Command, Sitting};
use crate::cli::files::people::with_ending;
use crate::cli::verb::request::session_path;
use crate::hands::sandbox::FileAccess;

/// What `cli` names, and what lies beside it.
pub fn reach(cli: &Cli) -> FileAccess {
    let mut reach = FileAccess::default();
    let escrow = |reach: &mut FileAccess| {
        reach.changes_within(&cli.escrow);
        cli.log.iter().for_each(|log| reach.changes_beside(log));
    };
    let escrow_read = |reach: &mut FileAccess| {
        reach.reads(&cli.escrow);
        cli.log.iter().for_each(|log| reach.reads(log));
    };
    match &cli.command {
        Command::Keygen(args) => reach.changes_beside(&args.output),
        Command::Enroll(args) => {
            reach.changes_within(&args.output);
            args.identity.iter().for_each(|file| reach.reads(file));
        }
        // A person is asked for paths.
        Command::Init(args) if args.cards.is_empty() => return FileAccess::everything(),
        Command::Seal(args) if args.prefixes.is_empty() => return FileAccess::everything(),
        Command::Open(_) | Command::Drill(_) => return FileAccess::everything(),
        Command::Init(args) => {
            args.directory.iter().for_each(|directory| reach.changes_within(directory));
            args.cards.iter().chain(&args.policy).for_each(|file| reach.reads(file));
            sitting(&mut reach, args.prefix.as_slice(), &args.identities);
        }
        Command::Seal(args) => {
            escrow(&mut reach);
            sitting(&mut reach, &args.prefixes, &args.identities);
            args.from.iter().chain(&args.reopen_with).for_each(|file| reach.reads(file));
        }
        Command::Check(args) => {
            escrow(&mut reach);
            signer(&mut reach, &args.signer);
            args.output.iter().for_each(|file| reach.changes_beside(file));
        }
        Command::Request(args) => {
            escrow(&mut reach);
            signer(&mut reach, &args.signer);
            reach.changes_beside(&args.output);
            args.continue_in.iter().for_each(|file| reach.changes_beside(file));
        }
        Command::Approve(args) => {
            signer(&mut reach, &args.signer);
            reach.reads(&args.request);
            reach.changes_beside(&args.output);
        }
        Command::Deny(args) => {
            signer(&mut reach, &args.signer);
            reach.reads(&args.request);
            reach.changes_beside(&args.output);
        }
        Command::Release(args) => {
            escrow(&mut reach);
            signer(&mut reach, &args.signer);
            reach.reads(&args.request);
            args.approvals.iter().for_each(|file| reach.reads(file));
            // It is destroyed at the end.
            let session = args.session.clone().unwrap_or_else(|| session_path(&args.request));
            reach.changes_beside(&session);
            reach.reads(&session);
            args.continue_in.iter().for_each(|file| reach.changes_beside(file));
        }
        Command::Action(args) => {
            escrow(&mut reach);
            signer(&mut reach, &args.signer);
            args.output.iter().for_each(|file| reach.changes_beside(file));
        }
        Command::Close(args) => {
            escrow(&mut reach);
            signer(&mut reach, &args.signer);
            args.output.iter().for_each(|file| reach.changes_beside(file));
            let document = args.lessons.as_ref().and_then(|lessons| lessons.strip_prefix('@'));
            document.iter().for_each(|file| reach.reads(Path::new(file)));
        }
        Command::Collect(args) => {
            escrow(&mut reach);
            signer(&mut reach, &args.signer);
            args.files.iter().for_each(|file| reach.reads(file));
        }
        Command::Compare(args) => {
            reach.reads(&args.first);
            reach.reads(&args.second);
        }
        Command::Copy(args) => {
            escrow_read(&mut reach);
            reach.changes_within(&args.destination);
        }
        Command::Adopt(args) => {
            escrow(&mut reach);
            sitting(&mut reach, &args.signer.prefixes, &args.signer.identities);
            reach.reads(&args.other);
        }
        Command::Retire(args) => {
            escrow(&mut reach);
            let Sitting { prefixes, identities } = &args.signer;
            sitting(&mut reach, prefixes, identities);
        }
        Command::Status(_) | Command::Log(_) | Command::Doctor(_) => escrow_read(&mut reach),
        Command::Head(args) => {
            escrow_read(&mut reach);
            args.output.iter().for_each(|file| reach.changes_beside(file));
        }
        Command::Verify(args) => {
            escrow_read(&mut reach);
            args.heads.iter().chain(&args.books).chain(&args.since).for_each(|file| reach.reads(file));
        }
        Command::Demo(_) => reach.changes_within(&std::env::temp_dir()),
        Command::Completions(_) => {}
        Command::Man(args) => reach.changes_within(&args.directory),
    }
    reach
}

/// A person's card, key and book lie side by side; a book that goes on elsewhere lies there.
fn signer(reach: &mut FileAccess, signer: &As) {
    sitting(reach, std::slice::from_ref(&signer.prefix), &signer.identities);
    signer.book.iter().for_each(|book| reach.changes_beside(book));
}

fn sitting(reach: &mut FileAccess, prefixes: &[PathBuf], identities: &[PathBuf]) {
    for prefix in prefixes {
        reach.changes_beside(prefix);
        // They may be links to files elsewhere.
        ["card", "key"].iter().for_each(|ending| reach.reads(&with_ending(prefix, ending)));
    }
    identities.iter().for_each(|file| reach.reads(file));
}
