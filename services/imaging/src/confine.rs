//! The limits that the decoding child puts on itself before it reads a byte of a picture.
//!
//! Resource limits need no privilege, hold for the rest of the process and cannot be raised again. With no free file
//! descriptor the child cannot open a file, a directory or a socket; with no process allowed it starts nothing; what it has left
//! is standard input, standard output, memory and a processor. Rejected for now: seccomp filters, which are the next wall but
//! need `unsafe` or a further dependency.

use rustix::process::{Resource, Rlimit, setrlimit};

/// Processor seconds over the child's life. The parent's time limit per picture is the tighter one; this one ends a child whose parent is gone.
const PROCESSOR: u64 = 300;

/// Puts the limits in force, the one of memory in bytes of address space; an error means that none of the input may be read.
pub fn confine(memory: u64) -> std::io::Result<()> {
    let limits = [
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nproc, 0),
        (Resource::Cpu, PROCESSOR),
        (Resource::As, memory),
        (Resource::Nofile, 0),
    ];
    for (resource, limit) in limits {
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSIDE: &str = "LYSBRO_TEST_CONFINED";
    /// Exit code for "nothing works any more". Not 0: the test runner exits so when it finds no test of the name.
    const NOTHING: i32 = 64;

    /// Runs itself in a child of its own, because the limits would bind the other tests too.
    #[test]
    fn a_confined_process_reaches_nothing() {
        if std::env::var_os(INSIDE).is_some() {
            std::process::exit(NOTHING + i32::from(what_still_works()));
        }
        let status = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "confine::tests::a_confined_process_reaches_nothing", "--nocapture", "--test-threads=1"])
            .env(INSIDE, "1")
            .stdout(std::process::Stdio::null())
            .status()
            .unwrap();
        assert_eq!(
            status.code(),
            Some(NOTHING),
            "64 and bits: 1 file, 2 socket, 4 huge allocation, 8 limits refused, 16 cannot even allocate a little"
        );
    }

    fn what_still_works() -> u8 {
        if confine(1 << 30).is_err() {
            return 8;
        }
        let file = u8::from(std::fs::File::open("/etc/hostname").is_ok() || std::fs::File::open("/").is_ok());
        let socket = u8::from(std::net::UdpSocket::bind("127.0.0.1:0").is_ok());
        let huge = u8::from(Vec::<u8>::new().try_reserve_exact(2 << 30).is_ok());
        let little = u8::from(Vec::<u8>::new().try_reserve_exact(1 << 20).is_err());
        file | socket << 1 | huge << 2 | little << 4
    }
}
