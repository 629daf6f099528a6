//! What is a secret in a command line, and what only looks like one.

use super::{Call, Place, find};

fn secrets(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    find(text, Place::Anywhere, &mut found);
    found
        .into_iter()
        .map(|(range, _)| text.get(range).unwrap())
        .collect()
}

#[test]
fn secrets_behind_their_programs_are_found() {
    for text in [
        "curl -u admin:S3cret https://x",
        "curl -sSu admin:S3cret https://x",
        "curl -uadmin:S3cret https://x",
        "curl --user admin:S3cret https://x",
        "curl --user=admin:S3cret https://x",
        "curl --user='admin:S3cret' https://x",
        "curl -u \"admin:S3cret\" https://x",
        "curl -u 'admin:'S3cret https://x",
        "curl --proxy-user a:S3cret https://x",
        "curl -u S3cret: https://x",
        "curl -o out \\\n  -u admin:S3cret https://x",
        "/usr/bin/curl -u admin:S3cret https://x",
        "sudo -u app curl -u admin:S3cret https://x",
        "ls && x=$(curl -u admin:S3cret https://x) || true",
        "bash -c 'curl -u admin:S3cret https://x'",
        "bash -c \"bash -c \\\"curl -u admin:S3cret\\\"\"",
        "`curl -u admin:S3cret`: a reason",
        "curl -b 'session=S3cret' https://x",
        "curl -sb session=S3cret https://x",
        "curl --cookie \"sid=S3cret\" https://x",
        "curl --cookie=sid=S3cret https://x",
        "openssl dgst -sha256 -hmac S3cret file",
        "openssl dgst -sha256 -hmac 'S3cret' -out o file",
        "http -a admin:S3cret https://x",
        "mysql -u root -pS3cret db",
        "mysqldump -uroot -p'S3cret' db",
        "docker exec db mysql -u root -pS3cret db",
        "sshpass -p S3cret ssh -p 22 host",
        "sshpass -pS3cret ssh host",
        "docker login -u a -p S3cret registry.example.com",
        "podman login registry.example.com -p S3cret",
        "skopeo copy --dest-creds a:S3cret docker://a docker://b",
        "redis-cli -h db -a S3cret ping",
        "redis-cli --pass S3cret ping",
        "htpasswd -b .htpasswd ann S3cret",
        "htpasswd -bC 10 .htpasswd ann S3cret",
        "htpasswd -nb ann S3cret",
        "openssl rsa -in k -passin pass:S3cret -out o",
        "openssl enc -aes-256-cbc -k S3cret -in a",
        "openssl passwd -1 S3cret",
        "openssl passwd -1 -salt xy S3cret",
        "openssl passwd -6 -in file S3cret",
        "bash -c 'cd x && A=b sudo -u app curl -u admin:S3cret https://x'",
        "sh -c \"if curl -u admin:S3cret https://x; then :; fi\"",
        "ssh h 'docker exec db mysql -u root -pS3cret db'",
        "ssh h \"timeout 5 /usr/bin/curl -u admin:S3cret https://x\"",
        "bash -c 'ls \n time curl -u admin:S3cret https://x'",
        "kubectl create secret generic x --from-literal=pw=S3cret",
        "kubectl -n dev create secret generic mysql --from-literal pw=S3cret",
        "gh secret set TOKEN -b S3cret",
        "gh secret set TOKEN --body=S3cret",
        "az login --service-principal -u a -p S3cret",
        "az keyvault secret set --name a --value S3cret",
        "aws configure set aws_secret_access_key S3cret",
        "aws secretsmanager create-secret --name a --secret-string S3cret",
        "aws ssm put-parameter --name a --value S3cret",
        "npm config set //registry.npmjs.org/:_authToken S3cret",
        "fly secrets set PG=S3cret",
        "vault login S3cret",
        "vault kv put secret/a pw=S3cret",
        "zip -P S3cret a.zip b",
        "7z a -pS3cret a.7z b",
        "ldapsearch -D cn=a -w S3cret",
        "smbclient -U ann%S3cret //h/s",
        "ssh-keygen -t ed25519 -N S3cret -f k",
        "keytool -list -storepass S3cret",
    ] {
        assert_eq!(secrets(text), ["S3cret"], "{text}");
    }
}

#[test]
fn what_only_looks_like_a_secret_is_left() {
    for text in [
        "mkdir -p a/b",
        "ssh -p 22 host",
        "ssh -p 2222 -u x host",
        "cp -a b c",
        "curl -u $USER:$PASS https://x",
        "curl -u \"$USER\" https://x",
        "curl -u admin https://x",
        "curl -b cookies.txt -c jar.txt https://x",
        "curl --cookie \"sid=$SID\" https://x",
        "openssl dgst -sha256 -hmac $KEY file",
        "openssl dgst -sha256 file",
        "curl https://x -H 'a: b' -p",
        "curl https://x; id -u admin:x",
        "curl https://x | sort -u a:b",
        "mysql -p -u root db",
        "mysql -u root -p$PW db",
        "mysql -u root -p db",
        "mysql -h db -P 3306",
        "docker run -p 8080:80 app",
        "docker run --name mongo -p 27017:27017 mongo:7",
        "docker run -e A=b -v a:b app",
        "sshpass -e ssh -p 22 host",
        "sshpass -f file ssh -p 22 host",
        "redis-cli -p 6379 -n 1 get a",
        "htpasswd -c .htpasswd ann",
        "openssl rsa -passin env:PW -in k",
        "openssl x509 -in cert.pem -noout",
        "kubectl get pods --from-literal=a=b",
        "kubectl create secret generic x --from-file=a=b",
        "gh secret list -b x",
        "gh pr create -b text",
        "aws configure set region eu-central-1",
        "npm config set registry https://registry.npmjs.org/",
        "unzip a.zip -d b",
        "7z x a.7z",
        "python3 -m http.server -p 8000",
        "echo curl is good",
        "git commit -m \"use openssl passwd for hashing\"",
        "git commit -m 'call curl -u with user:name' -m \"so mysql -pfoo is gone\"",
        "openssl passwd -1 -salt xy",
        "openssl passwd -6 -stdin",
        "openssl passwd -in file -salt=xy",
        "openssl rand -out passwd 12",
    ] {
        assert_eq!(secrets(text), [""; 0], "{text}");
    }
}

#[test]
fn an_argument_list_is_read_word_by_word() {
    let words = ["sudo", "curl", "-s", "-u", "ann:two words", "https://x"];
    let mut call = Call::default();
    let found: Vec<_> = words
        .iter()
        .filter_map(|word| call.word(word.as_bytes()).map(|range| word.get(range).unwrap()))
        .collect();
    assert_eq!(found, ["two words"]);
}

#[test]
fn odd_texts_are_read_to_their_end() {
    for text in [
        "curl -u '",
        "curl -u \"a:\\",
        "curl -u 日本:語 x",
        "curl -u",
        " \\\n",
        "'\"'\"' \" '",
        "mysql -p\\",
    ] {
        secrets(text);
    }
    let deep = "bash -c \"".repeat(2000);
    secrets(&deep);
    secrets(&"curl -u ".repeat(20_000));
}
