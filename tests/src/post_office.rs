//! A mail server on loopback: it speaks SMTP (RFC 5321) as far as a client needs it, keeps what it is given, and can be away.

use base64::Engine;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A mail as it came.
#[derive(Clone, Debug)]
pub struct Mail {
    /// From `MAIL FROM`.
    pub from: String,
    /// From `RCPT TO`.
    pub to: String,
    /// Headers and body, with dots unstuffed.
    pub raw: String,
}

impl Mail {
    /// A header's value.
    pub fn header(&self, name: &str) -> &str {
        let begin = format!("{name}: ");
        self.raw
            .lines()
            .take_while(|line| !line.is_empty())
            .find_map(|line| line.strip_prefix(&begin))
            .unwrap_or_default()
    }

    /// The body as people read it.
    ///
    /// # Panics
    /// When it is no base64 of a text.
    pub fn text(&self) -> String {
        let body = self.raw.split_once("\r\n\r\n").expect("a body").1.replace("\r\n", "");
        let bytes = base64::engine::general_purpose::STANDARD.decode(body).expect("base64");
        String::from_utf8(bytes).expect("text")
    }
}

/// What it does with the next mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// "450 later".
    Busy,
    /// "550 no such mailbox".
    Refuses,
    /// It takes the mail and is gone before it says so.
    Silent,
}

#[derive(Debug, Default)]
struct Kept {
    mails: Vec<Mail>,
    moods: VecDeque<Mood>,
}

/// The server.
#[derive(Debug)]
pub struct PostOffice {
    address: SocketAddr,
    kept: Arc<Mutex<Kept>>,
    serving: Option<JoinHandle<()>>,
}

impl PostOffice {
    /// Opens on a free port.
    ///
    /// # Panics
    /// When it can't listen.
    pub async fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut office = Self { address, kept: Arc::default(), serving: None };
        office.serve(listener);
        office
    }

    fn serve(&mut self, listener: TcpListener) {
        let kept = Arc::clone(&self.kept);
        self.serving = Some(tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = Arc::clone(&kept);
                tokio::spawn(async move { drop(dialogue(stream, &kept).await) });
            }
        }));
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Nobody answers at its port any more.
    pub async fn close(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.abort();
            // It ends by the abort, which is an error and no fault.
            drop(serving.await);
        }
    }

    /// It is back at the same port.
    ///
    /// # Panics
    /// When somebody else has taken the port.
    pub async fn reopen(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("the same port");
        self.serve(listener);
    }

    /// What it does with the next mail, and the one after it, ….
    ///
    /// # Panics
    /// Never: no dialogue panics.
    pub fn next(&self, moods: &[Mood]) {
        self.kept.lock().expect("no panic before").moods.extend(moods);
    }

    /// Everything that came, oldest first.
    ///
    /// # Panics
    /// Never: no dialogue panics.
    pub fn mails(&self) -> Vec<Mail> {
        self.kept.lock().expect("no panic before").mails.clone()
    }
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        if let Some(serving) = &self.serving {
            serving.abort();
        }
    }
}

async fn dialogue(stream: TcpStream, kept: &Mutex<Kept>) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    let (mut from, mut to) = (String::new(), String::new());
    write.write_all(b"220 post office of the tests\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let address = || line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
        let answer = match word.as_str() {
            "EHLO" => "250-post office\r\n250 8BITMIME\r\n",
            "HELO" | "RSET" | "NOOP" => "250 fine\r\n",
            "MAIL" => {
                from = address();
                "250 fine\r\n"
            }
            "RCPT" => {
                to = address();
                let mood = kept.lock().map_or(None, |kept| kept.moods.front().copied());
                match mood {
                    Some(Mood::Busy) => {
                        used(kept);
                        "450 later, <somebody@else.example>\r\n"
                    }
                    Some(Mood::Refuses) => {
                        used(kept);
                        "550 no such mailbox\r\n"
                    }
                    _ => "250 fine\r\n",
                }
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let raw = data(&mut lines).await?;
                let silent = kept.lock().is_ok_and(|mut kept| {
                    kept.mails.push(Mail { from: from.clone(), to: to.clone(), raw });
                    kept.moods.front() == Some(&Mood::Silent)
                });
                if silent {
                    used(kept);
                    return Ok(());
                }
                "250 taken\r\n"
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "502 not here\r\n",
        };
        write.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

fn used(kept: &Mutex<Kept>) {
    if let Ok(mut kept) = kept.lock() {
        kept.moods.pop_front();
    }
}

async fn data<R: tokio::io::AsyncBufRead + Unpin>(lines: &mut tokio::io::Lines<R>) -> std::io::Result<String> {
    let mut raw = String::new();
    while let Some(line) = lines.next_line().await? {
        if line == "." {
            break;
        }
        raw.push_str(line.strip_prefix('.').unwrap_or(&line));
        raw.push_str("\r\n");
    }
    Ok(raw)
}
