//! What a service that was taken over can't do to the originals.

use super::{Rig, SECRET_KEY, remote};
use crate::objects::{Created, ObjectError, Objects};
use bytes::Bytes;

const COUNT: usize = 100;

/// The ordinary key pair tries to delete and to overwrite every original; the janitor's may delete them.
async fn originals_stand(ordinary: &Objects, janitor: &Objects) {
    let key = |number: usize| format!("originals/{number}");
    for number in 0..COUNT {
        let body = Bytes::from(format!("picture {number}"));
        assert_eq!(ordinary.put_new(&key(number), body).await.unwrap(), Created::New);
    }
    for number in 0..COUNT {
        let deleted = ordinary.delete(&key(number)).await;
        assert!(matches!(deleted, Err(ObjectError::Refused(_))), "{deleted:?}");
        let replaced = ordinary.put(&key(number), Bytes::from_static(b"another")).await;
        assert!(matches!(replaced, Err(ObjectError::Refused(_))), "{replaced:?}");
        let again = ordinary.put_new(&key(number), Bytes::from_static(b"another")).await.unwrap();
        assert_eq!(again, Created::Exists);
    }
    for number in 0..COUNT {
        assert_eq!(ordinary.get(&key(number)).await.unwrap(), format!("picture {number}"));
    }
    ordinary.put("derivatives/1", Bytes::from_static(b"small")).await.unwrap();
    ordinary.put("derivatives/1", Bytes::from_static(b"small again")).await.unwrap();
    ordinary.delete("derivatives/1").await.unwrap();
    janitor.delete(&key(0)).await.unwrap();
    assert!(matches!(ordinary.get(&key(0)).await, Err(ObjectError::Absent)));
}

#[tokio::test]
async fn originals_stand_in_the_process() {
    let rig = Rig::in_process();
    originals_stand(&rig.objects, &Objects::embedded_janitor(&rig.embedded)).await;
    rig.close().await;
}

#[tokio::test]
async fn originals_stand_over_tcp() {
    let rig = Rig::over_tcp().await;
    let address = rig.listener.as_ref().unwrap().address();
    let janitor = Objects::remote(&remote(address, SECRET_KEY).as_janitor().unwrap()).unwrap();
    originals_stand(&rig.objects, &janitor).await;
    drop(janitor);
    rig.close().await;
}
