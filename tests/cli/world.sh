# A small world for CLI tests, made in the current folder: `. "$SOURCE/tests/cli/world.sh"`, then `make_world`.
# alice proposes, bob and carol approve and hold the roles; one executor, one issuer, one SQLite database. Prints nothing.

make_world() {
  # Not behind `||`, where set -e would have no effect.
  (set -e; world_steps) > world.log 2>&1
  [ $? -eq 0 ] || { cat world.log; return 1; }
}

world_steps() {
  work=$(pwd)
  # ./as PERSON COMMAND...: with that person's configuration.
  printf '#!/bin/sh\nexport DBW_HOME="$PWD/$1"; shift\nexec "$@"\n' > as
  chmod +x as
  mkdir -p keys exec issuer
  chmod 700 keys exec issuer
  for person in alice bob carol; do
    ssh-keygen -q -t ed25519 -N '' -C "$person@example.org" -f "keys/$person"
  done
  dbw-sign keygen --machine exec/executor.pem
  dbw-sign keygen --machine issuer/issuer.pem
  git init -q --bare -b main changes.git
  git init -q --bare -b main audit.git
  dbw-request init changes --profile team --person alice:alice@example.org:keys/alice.pub:dev \
    --person bob:bob@example.org:keys/bob.pub:dev,team-leads,dba \
    --person carol:carol@example.org:keys/carol.pub:dev,team-leads,dba \
    --executor exec-prod:exec/executor.pem.pub --issuer ci-issuer:issuer/issuer.pem.pub \
    --database shop:sqlite --environment production
  for document in root roster policy; do
    for person in bob carol; do
      dbw-sign "$document" sign -C changes --as "$person" --key "keys/$person"
    done
  done
  git init -q -b main changes
  git_as changes add -A
  git_as changes commit -q -m start
  git_as changes push -q "$work/changes.git" main
  digest="sha256:$(sha256sum changes/.dbw/root/1.yaml | cut -d' ' -f1)"
  printf '%s\n' "$digest" > digest
  for person in alice bob carol; do
    DBW_HOME="$work/$person" dbw-sign trust "$work/changes.git" "$digest" --as "$person" --key "keys/$person" --audit "$work/audit.git"
  done
  DBW_HOME="$work/host" dbw-sign trust "$work/changes.git" "$digest" --pin-out pin.yaml
  cp pin.yaml exec/pin.yaml
  cp pin.yaml issuer/pin.yaml
  printf 'CREATE TABLE orders (id INTEGER PRIMARY KEY, status TEXT);\nINSERT INTO orders VALUES (1, NULL), (2, NULL);\n' | sqlite3 exec/shop.db
  host_config exec executor exec-prod executor > exec/exec.yaml
  cat >> exec/exec.yaml <<YAML
allow_root: true  # tests may run as root
targets:
  - {database: shop, environment: production, engine: sqlite, file: shop.db}
YAML
  host_config issuer issuer ci-issuer issuer > issuer/issuer.yaml
  chmod 600 exec/*.yaml issuer/*.yaml
  dbw-exec setup --config exec/exec.yaml -d shop -e production --apply
  dbw-exec adopt --config exec/exec.yaml -d shop -e production
}

host_config() {
  printf 'dbw: %s/v1\n%s: %s\nkey: %s.pem\npin: pin.yaml\nstate: state\nchange:\n  url: %s/changes.git\naudit:\n  url: %s/audit.git\n' \
    "$1" "$2" "$3" "$4" "$work" "$work"
}

git_as() { folder=$1; shift; git -C "$folder" -c user.name=alice -c user.email=alice@example.org -c commit.gpgsign=false "$@"; }

# propose ID SQL [OPTION...]: alice proposes, bob and carol approve, and it is merged; prints nothing unless it fails.
propose() {
  id=$1 sql=$2; shift 2
  { printf '%s\n' "$sql" | ./as alice dbw-request new --id "$id" -d shop -e production -t Title -r Reason "$@" --push - &&
    ./as bob dbw-sign approve "$id" --yes && ./as carol dbw-sign approve "$id" --yes &&
    git_as changes pull -q --no-rebase --no-edit "$PWD/changes.git" main "dbw/requests/$id" &&
    git_as changes push -q "$PWD/changes.git" main; } > propose.log 2>&1 || { cat propose.log; return 1; }
}
