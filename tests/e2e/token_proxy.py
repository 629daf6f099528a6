"""A proxy on localhost that adds the bearer token, for clients that cannot send one themselves."""

import socket
import threading


def head_of(stream):
    """The bytes of one request up to the empty line, and what came after them; none at the end."""
    got = b""
    while b"\r\n\r\n" not in got:
        more = stream.recv(65536)
        if not more:
            return None, b""
        got += more
    head, rest = got.split(b"\r\n\r\n", 1)
    return head, rest


class Proxy:
    """Passes everything on to `port`; each connection carries one request, so that its head is easy to find."""

    def __init__(self, port, token):
        self.upstream, self.token = port, token
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client, socket.create_connection(("127.0.0.1", self.upstream)) as server:
            head, rest = head_of(client)
            if head is None:
                return
            kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
            # The host is the proxy's own to the client and the server's own to the server, unless it is somebody else's.
            own = f"127.0.0.1:{self.port}".encode(), f"localhost:{self.port}".encode()
            for name in own:
                kept = [line.replace(name, f"127.0.0.1:{self.upstream}".encode()) for line in kept]
            added = [f"Authorization: Bearer {self.token}".encode(), b"Connection: close"]
            server.sendall(b"\r\n".join(kept + added) + b"\r\n\r\n" + rest)
            threading.Thread(target=self.upwards, args=(client, server), daemon=True).start()
            try:
                while chunk := server.recv(65536):
                    client.sendall(chunk)
            except OSError:
                pass
            try:
                client.shutdown(socket.SHUT_RDWR)
                server.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    @staticmethod
    def upwards(client, server):
        try:
            while chunk := client.recv(65536):
                server.sendall(chunk)
        except OSError:
            pass
        # A client that has gone wants no answer.
        try:
            server.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def close(self):
        self.listener.close()
