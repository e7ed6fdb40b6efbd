"""A web server for tests: web_server.py FOLDER [NAME...].

Listens on free ports of 127.0.0.1: `plain`, `old` (TLS 1.1) and one for each NAME with the certificate
FOLDER/NAME.pem and key FOLDER/NAME.key, and then writes FOLDER/ports, one "name port" a line.
"""

import http.server
import os
import ssl
import sys
import threading

FOLDER, NAMES = sys.argv[1], sys.argv[2:]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        self.sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        words = self.path.partition("?")[0].split("/")
        getattr(self, "get_" + words[1].replace("-", "_"))(*words[2:])

    do_GET = do_POST = answer

    def reply(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def head_then(self, body, *headers):
        """An answer without a length, or with a wrong one, and the connection's end after it."""
        self.close_connection = True
        self.send_response(200)
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def wait_for_end(self):
        self.close_connection = True
        self.wfile.flush()
        self.connection.recv(1)

    def get_echo(self):
        """The request, as it came."""
        text = f"{self.requestline}\n{str(self.headers).strip()}\n\n".encode() + self.sent
        self.reply(200, text, [("Content-Type", "text/plain; charset=utf-8")])

    def get_status(self, status, body="", *more):
        self.reply(int(status), body.encode())

    def get_tell(self, status):
        """A failure that repeats the request."""
        self.reply(int(status), f"{self.path}\n{self.headers}\n".encode() + self.sent)

    def get_controls(self, status):
        self.reply(int(status), b"\x1b[31m" * 200)

    def get_redirect(self, status):
        self.reply(int(status), b"moved", [("Location", "/echo")])

    def get_bytes(self, count):
        self.reply(200, b"x" * int(count))

    def get_endless(self):
        self.head_then(b"", ("Transfer-Encoding", "chunked"))
        try:
            while True:
                self.wfile.write(b"400\r\n" + b"x" * 1024 + b"\r\n")
        except OSError:
            pass

    def get_endless_head(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        self.close_connection = True
        try:
            while True:
                self.wfile.write(b"X-More: " + b"x" * 1024 + b"\r\n")
        except OSError:
            pass

    def get_silent(self):
        self.wait_for_end()

    def get_stalled(self):
        self.head_then(b"half", ("Content-Length", "100"))
        self.wait_for_end()

    def get_cut(self):
        self.head_then(b"half", ("Content-Length", "100"))

    def get_cut_chunk(self):
        self.head_then(b"400\r\nhalf", ("Transfer-Encoding", "chunked"))

    def get_bad_chunk(self):
        self.head_then(b"nonsense\r\n", ("Transfer-Encoding", "chunked"))

    def get_no_length(self):
        self.head_then(b"all of it")

    def get_empty(self, status):
        self.send_response(int(status))
        self.end_headers()

    def get_gzip(self):
        self.reply(200, b"\x1f\x8b", [("Content-Encoding", "gzip")])

    def get_no_head(self):
        self.close_connection = True
        self.wfile.write(b"hello\n")

    def get_nothing(self):
        self.close_connection = True

    def log_message(self, *arguments):
        print(self.requestline, flush=True)


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *arguments):
        pass  # clients that go away are what is tested


def context_of(name, old=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{FOLDER}/{name}.pem", f"{FOLDER}/{name}.key")
    if old:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def listen(context):
    server = Server(("127.0.0.1", 0), Handler)
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever).start()
    return server.server_address[1]


contexts = {"plain": None} | {name: context_of(name) for name in NAMES}
if NAMES:
    contexts["old"] = context_of(NAMES[0], old=True)
with open(f"{FOLDER}/ports.new", "w", encoding="ascii") as file:
    file.writelines(f"{name} {listen(context)}\n" for name, context in contexts.items())
os.rename(f"{FOLDER}/ports.new", f"{FOLDER}/ports")
