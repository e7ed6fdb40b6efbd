"""A secrets server for tests: vault_server.py FOLDER NAME.

Speaks what dbw uses of the HTTP API of HashiCorp Vault and OpenBao (version 1: AppRole, JWT, database roles, leases,
tokens) over TLS on a free port of 127.0.0.1, with the certificate FOLDER/NAME.pem, and writes the port to FOLDER/port.
FOLDER/setup.json, read at each request, says what it knows:

  space      the namespace that it wants, "" for none
  secret_ids role_id -> secret_id;   jwts: role -> token
  token      {"ttl", "max_ttl", "renewable"} of the tokens that it gives out
  roles      name -> {"ttl", "max_ttl", "renewable", "create", "drop"}: SQL with {{name}} and {{password}} in it
  static     name -> {"username", "password"}
  psql       the command that runs SQL as the databases' administrator
  faults     path prefix -> {"status", "errors"} or {"body"} or {"bytes"} or {"drop": true}, with "times" to end

FOLDER/requests.log has a line for each request (method, path, status); FOLDER/secrets.log each secret given out.
"""

import http.server
import json
import os
import secrets
import ssl
import subprocess
import sys
import threading
import time

FOLDER, NAME = sys.argv[1], sys.argv[2]
LOCK = threading.RLock()
TOKENS, LEASES, FAULTS_SEEN = {}, {}, {}


def setup():
    with open(f"{FOLDER}/setup.json", encoding="utf-8") as file:
        return json.load(file)


def note(name, line):
    with open(f"{FOLDER}/{name}", "a", encoding="utf-8") as file:
        file.write(line + "\n")


def run_sql(text, name, password=""):
    text = text.replace("{{name}}", name).replace("{{password}}", password)
    done = subprocess.run(setup()["psql"], input=text, text=True, capture_output=True)
    if done.returncode != 0:
        raise Failure(500, "failed to execute query: " + done.stderr.strip())


class Failure(Exception):
    def __init__(self, status, *errors):
        super().__init__(status)
        self.status, self.errors = status, list(errors)


def secret(prefix):
    text = prefix + secrets.token_urlsafe(18)
    note("secrets.log", text)
    return text


def new_token():
    wish = setup()["token"]
    token = secret("hvs.")
    TOKENS[token] = {"born": time.time(), "ends": time.time() + wish["ttl"] if wish["ttl"] else 1e12} | wish
    return {"auth": {"client_token": token, "accessor": secrets.token_hex(8), "policies": ["dbw"], "metadata": None,
                     "lease_duration": wish["ttl"], "renewable": wish["renewable"], "entity_id": "", "orphan": True}}


def extended(kept, increment):
    """The seconds that a lease or token now lasts."""
    if not kept["renewable"]:
        raise Failure(400, "lease is not renewable")
    kept["ends"] = min(time.time() + (increment or kept["ttl"]), kept["born"] + kept["max_ttl"])
    return max(0, round(kept["ends"] - time.time()))


def revoke(lease):
    kept = LEASES.pop(lease, None)
    if kept:
        run_sql(kept["drop"], kept["username"])


def sweep():
    while True:
        time.sleep(0.1)
        with LOCK:
            now = time.time()
            for token in [t for t, kept in TOKENS.items() if kept["ends"] < now]:
                end_token(token)
            for lease in [l for l, kept in LEASES.items() if kept["ends"] < now]:
                try:
                    revoke(lease)
                except Failure as failure:
                    note("requests.log", f"SWEEP {lease} {failure.errors}")


def end_token(token):
    del TOKENS[token]
    for lease in [l for l, kept in LEASES.items() if kept["token"] == token]:
        revoke(lease)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.removeprefix("/v1/")
        with LOCK:
            fault = self.fault_of(path)
            if fault and fault.get("drop"):
                note("requests.log", f"{self.command} {path} dropped")
                self.close_connection = True
                return
            try:
                if fault and "status" in fault:
                    raise Failure(fault["status"], *fault.get("errors", []))
                status, reply = 200, self.reply_to(path, json.loads(body) if body else {})
            except Failure as failure:
                status, reply = failure.status, {"errors": failure.errors}
            text = "" if reply is None else json.dumps(reply)
            if fault and "body" in fault:
                text = fault["body"]
            if fault and "bytes" in fault:
                text = "x" * fault["bytes"]
            note("requests.log", f"{self.command} {path} {status if text else 204}")
            self.send(status if text else 204, text.encode())

    do_GET = do_POST = answer

    def fault_of(self, path):
        for prefix, fault in setup().get("faults", {}).items():
            if path.startswith(prefix):
                FAULTS_SEEN[prefix] = FAULTS_SEEN.get(prefix, 0) + 1
                return fault if FAULTS_SEEN[prefix] <= fault.get("times", 1e9) else None
        return None

    def send(self, status, body):
        self.send_response(status)
        for name, value in [("Content-Type", "application/json"), ("Location", "https://127.0.0.1:1/")]:
            if name == "Content-Type" or status in (307, 308):
                self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def reply_to(self, path, body):
        known = setup()
        if self.headers.get("X-Vault-Namespace", "") != known.get("space", ""):
            raise Failure(403, "1 error occurred:\n\t* permission denied\n\n")
        if path == "auth/approle/login":
            if known["secret_ids"].get(body.get("role_id")) != body.get("secret_id"):
                raise Failure(400, "invalid role or secret ID")
            return new_token()
        if path == "auth/jwt/login":
            if known["jwts"].get(body.get("role")) != body.get("jwt"):
                raise Failure(400, "error validating token: invalid audience (aud) claim")
            return new_token()
        token = self.headers.get("X-Vault-Token", "")
        if token not in TOKENS:
            raise Failure(403, "permission denied")
        return self.reply_to_known(path, body, token, known)

    def reply_to_known(self, path, body, token, known):
        words = path.split("/")
        if words[:2] == ["database", "creds"] and self.command == "GET":
            return self.lend(words[2], token, known)
        if words[:2] == ["database", "static-creds"] and self.command == "GET":
            if words[2] not in known["static"]:
                raise Failure(400, f"unknown role: {words[2]}")
            return {"lease_id": "", "lease_duration": 0, "renewable": False,
                    "data": known["static"][words[2]] | {"ttl": 3600, "rotation_period": 86400}}
        if path == "sys/leases/renew":
            kept = LEASES.get(body["lease_id"])
            if not kept:
                raise Failure(400, "lease not found")
            return {"lease_id": body["lease_id"], "lease_duration": extended(kept, body.get("increment")),
                    "renewable": kept["renewable"], "data": None}
        if path == "sys/leases/revoke":
            if not body.get("sync"):
                raise Failure(400, "this server only revokes with sync")
            return revoke(body["lease_id"])
        if path == "auth/token/renew-self":
            left = extended(TOKENS[token], int(body.get("increment", "0s").rstrip("s")))
            return {"auth": {"client_token": token, "lease_duration": left, "renewable": True, "policies": None}}
        if path == "auth/token/revoke-self":
            return end_token(token)
        raise Failure(404)

    def lend(self, name, token, known):
        role = known["roles"].get(name)
        if not role:
            raise Failure(400, f"unknown role: {name}")
        user = f"v-approle-{name}-{secrets.token_hex(6)}"
        password = secret("Pw-")
        run_sql(role["create"], user, password)
        lease = f"database/creds/{name}/{secrets.token_urlsafe(18)}"
        now = time.time()
        LEASES[lease] = {"born": now, "ends": now + role["ttl"], "username": user, "token": token} | role
        return {"request_id": secrets.token_hex(16), "lease_id": lease, "lease_duration": role["ttl"],
                "renewable": role["renewable"], "data": {"username": user, "password": password}, "warnings": None}

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *arguments):
        pass


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{FOLDER}/{NAME}.pem", f"{FOLDER}/{NAME}.key")
server = Server(("127.0.0.1", 0), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
threading.Thread(target=sweep, daemon=True).start()
with open(f"{FOLDER}/port.new", "w", encoding="ascii") as file:
    file.write(str(server.server_address[1]))
os.rename(f"{FOLDER}/port.new", f"{FOLDER}/port")
server.serve_forever()
