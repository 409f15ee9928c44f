//! The limits that the decoding child puts on itself before it reads a byte of a picture.
//!
//! Resource limits need no privilege, hold for the rest of the process and cannot be raised again. With no free file
//! descriptor the child cannot open a file, a directory or a socket; with no process allowed it starts nothing; what it has left
//! is standard input, standard output, memory and a processor. Behind them stands a filter of system calls (seccomp): whatever
//! is not in its short list is refused by the kernel, for whoever takes the child over as well. Rejected: Landlock, which
//! forbids files, and there are none to forbid.

use std::io;

use rustix::process::{Resource, Rlimit, setrlimit};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

/// Processor seconds over the child's life. The parent's time limit per picture is the tighter one; this one ends a child whose parent is gone.
const PROCESSOR: u64 = 300;

/// All that decoding needs: bytes in and out, memory, the clock, and an end. A panic and a failed allocation end by the signals.
const ALLOWED: &[i64] = &[
    libc::SYS_read,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_mprotect,
    libc::SYS_madvise,
    libc::SYS_futex,
    libc::SYS_getrandom,
    libc::SYS_clock_gettime,
    libc::SYS_sched_yield,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_tgkill,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Puts the limits in force, the one of memory in bytes of address space; an error means that none of the input may be read.
pub fn confine(memory: u64) -> io::Result<()> {
    let limits = [
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nproc, 0),
        (Resource::Cpu, PROCESSOR),
        (Resource::As, memory),
        (Resource::Nofile, 0),
    ];
    let has_filters = knows_filters();
    for (resource, limit) in limits {
        setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })?;
    }
    if has_filters { filter() } else { Ok(()) }
}

/// Whether the kernel has filters of system calls: some small ones are built without.
fn knows_filters() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| status.contains("\nSeccomp:"))
}

fn filter() -> io::Result<()> {
    let Ok(processor) = TargetArch::try_from(std::env::consts::ARCH) else {
        // A processor that the filter's language does not know: the limits stand alone.
        return Ok(());
    };
    let rules = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    let refused = SeccompAction::Errno(libc::EPERM as u32);
    let filter = SeccompFilter::new(rules, refused, SeccompAction::Allow, processor).map_err(io::Error::other)?;
    let program: BpfProgram = filter.try_into().map_err(io::Error::other)?;
    seccompiler::apply_filter(&program).map_err(io::Error::other)
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
            "64 and bits: 1 file, 2 socket, 4 huge allocation, 8 limits refused, 16 cannot even allocate a little, 32 signals others"
        );
    }

    fn what_still_works() -> u8 {
        // No resource limit forbids to look for another process; the filter does.
        let parent = rustix::process::getppid().unwrap();
        if confine(1 << 30).is_err() {
            return 8;
        }
        let file = u8::from(std::fs::File::open("/etc/hostname").is_ok() || std::fs::File::open("/").is_ok());
        let socket = u8::from(std::net::UdpSocket::bind("127.0.0.1:0").is_ok());
        let huge = u8::from(Vec::<u8>::new().try_reserve_exact(2 << 30).is_ok());
        let little = u8::from(Vec::<u8>::new().try_reserve_exact(1 << 20).is_err());
        let signals = u8::from(rustix::process::test_kill_process(parent).is_ok());
        file | socket << 1 | huge << 2 | little << 4 | signals << 5
    }
}
