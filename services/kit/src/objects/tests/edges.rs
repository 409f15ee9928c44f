//! Who may come in, a store that is gone, and wrong configurations.

use super::{KeyPair, Rig, SECRET_KEY, keys, remote};
use crate::objects::{Listener, ListenerConfig, ObjectError, Objects, RemoteStore};
use bytes::Bytes;
use std::net::SocketAddr;

#[tokio::test]
async fn only_the_holder_of_the_secret_comes_in() {
    let rig = Rig::over_tcp().await;
    let address = rig.listener.as_ref().unwrap().address();
    let stranger = Objects::remote(&remote(address, "another secret of this test")).unwrap();
    assert!(matches!(stranger.get("a").await, Err(ObjectError::Refused(_))));
    assert!(matches!(stranger.ready().await, Err(ObjectError::Refused(_))));
    // Unsigned.
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let answer = ask(&mut stream, "GET /lysbro/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}

async fn ask(stream: &mut tokio::net::TcpStream, request: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_listener_beyond_loopback_or_with_a_weak_secret_is_refused() {
    let rig = Rig::in_process();
    for (address, secret) in
        [(SocketAddr::from(([0, 0, 0, 0], 0)), SECRET_KEY), (SocketAddr::from(([127, 0, 0, 1], 0)), "short")]
    {
        let config = ListenerConfig { address, keys: keys(secret) };
        assert!(matches!(Listener::start(&rig.embedded, config).await, Err(ObjectError::Refused(_))));
    }
}

#[tokio::test]
async fn a_store_that_is_gone_is_unavailable_and_may_be_asked_again() {
    let rig = Rig::over_tcp().await;
    let objects = rig.objects.clone();
    rig.close().await;
    let error = objects.ready().await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert!(objects.put("a", Bytes::new()).await.unwrap_err().is_retryable());
}

#[tokio::test]
async fn nowhere_is_unavailable() {
    let nowhere = Objects::remote(&RemoteStore::nowhere()).unwrap();
    assert!(matches!(nowhere.head("a").await, Err(ObjectError::Unavailable(_))));
}

#[tokio::test]
async fn a_bucket_is_made_when_missing() {
    let rig = Rig::over_tcp().await;
    let address = rig.listener.as_ref().unwrap().address();
    let other = Objects::remote(&RemoteStore { bucket: "another".to_owned(), ..remote(address, SECRET_KEY) }).unwrap();
    assert!(matches!(other.ready().await, Err(ObjectError::Refused(_))));
    other.ensure_bucket().await.unwrap();
    other.ensure_bucket().await.unwrap();
    other.ready().await.unwrap();
    other.put("a", Bytes::from_static(b"elsewhere")).await.unwrap();
    assert_eq!(rig.objects.head("a").await, Ok(None));
}

#[test]
fn a_wrong_configuration_says_which_part() {
    let good = remote(SocketAddr::from(([127, 0, 0, 1], 1)), SECRET_KEY);
    let wrong = [
        (RemoteStore { endpoint: "s3.example.org".to_owned(), ..good.clone() }, "endpoint"),
        (RemoteStore { bucket: String::new(), ..good.clone() }, "bucket"),
        (
            RemoteStore { keys: KeyPair { secret_key: String::new(), ..good.keys.clone() }, ..good.clone() },
            "secret key",
        ),
    ];
    for (store, part) in wrong {
        let error = Objects::remote(&store).unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
        assert!(!format!("{store:?}").contains(SECRET_KEY));
    }
}
