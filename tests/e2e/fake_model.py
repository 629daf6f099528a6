"""A model on localhost that asks for a fixed list of tool calls, then says it is done.

Speaks enough of four interfaces for the real clients: OpenAI chat completions (opencode), Anthropic messages
(Claude Code), OpenAI responses (Codex) and Gemini generateContent. Everything that a client sends is kept, so
that a test can see what reached the model.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DONE = "all done"


def sse(*events):
    """Server-sent events: pairs of a name (or None) and a JSON value."""
    out = []
    for name, value in events:
        if name:
            out.append(f"event: {name}\n")
        data = value if isinstance(value, str) else json.dumps(value)
        out.append(f"data: {data}\n\n")
    return "".join(out).encode()


class Model:
    """A server with its list of calls: `[(name, arguments)]`; a name fits a listed tool that ends with it."""

    def __init__(self, calls):
        self.calls = calls
        self.requests = []
        model = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self, body, kind="application/json"):
                self.send_response(200)
                self.send_header("content-type", kind)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_HEAD(self):
                self.answer(b"")

            def do_GET(self):
                self.answer(json.dumps({"object": "list", "data": [], "models": []}).encode())

            def do_POST(self):
                length = int(self.headers.get("content-length") or 0)
                raw = self.rfile.read(length)
                try:
                    body = json.loads(raw or b"{}")
                except ValueError:
                    body = {}
                model.requests.append((self.path, body))
                path = self.path.split("?")[0]
                if path.endswith("/chat/completions"):
                    self.answer(model.chat(body), "text/event-stream")
                elif path.endswith("/count_tokens"):
                    self.answer(b'{"input_tokens": 10}')
                elif path.endswith("/messages"):
                    self.answer(*model.messages(body))
                elif path.endswith("/responses"):
                    self.answer(model.responses(body), "text/event-stream")
                elif path.endswith(":streamGenerateContent"):
                    self.answer(sse((None, model.gemini(body))), "text/event-stream")
                elif path.endswith(":generateContent"):
                    self.answer(json.dumps(model.gemini(body)).encode())
                elif path.endswith(":countTokens"):
                    self.answer(b'{"totalTokens": 10}')
                else:
                    self.answer(b"{}")

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()

    def heard(self):
        """All that clients sent, as one text."""
        return "\n".join(json.dumps(body) for _, body in self.requests)

    def next(self, answered, listed):
        """The next call, its tool's full name first; none when all were answered or none fits."""
        if answered >= len(self.calls):
            return None
        name, arguments = self.calls[answered]
        names = name if isinstance(name, tuple) else (name,)
        for wanted in names:
            for tool in listed:
                if tool == wanted or tool.endswith(wanted):
                    return tool, arguments
        return None

    def chat(self, body):
        # A tool of another type has its name under that.
        listed = [tool[tool["type"]]["name"] for tool in body.get("tools") or [] if tool["type"] in tool]
        answered = sum(message.get("role") == "tool" for message in body["messages"])
        call = self.next(answered, listed)
        chunk = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": body.get("model", "fake-1")}
        if call:
            function = {"name": call[0], "arguments": json.dumps(call[1])}
            delta = {"role": "assistant", "tool_calls": [{"index": 0, "id": f"call_{answered}", "type": "function", "function": function}]}
        else:
            delta = {"role": "assistant", "content": DONE if listed else "a title"}
        end = {"index": 0, "delta": {}, "finish_reason": "tool_calls" if call else "stop"}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        return sse(
            (None, {**chunk, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}),
            (None, {**chunk, "choices": [end], "usage": usage}),
            (None, "[DONE]"),
        )

    def messages(self, body):
        listed = [tool["name"] for tool in body.get("tools") or []]
        answered = sum(
            block.get("type") == "tool_result"
            for message in body["messages"]
            if isinstance(message["content"], list)
            for block in message["content"]
        )
        call = self.next(answered, listed)
        usage = {"input_tokens": 1, "output_tokens": 1}
        if call:
            block = {"type": "tool_use", "id": f"toolu_{answered}", "name": call[0], "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(call[1])}
        else:
            block, delta = {"type": "text", "text": ""}, {"type": "text_delta", "text": DONE}
        stop = "tool_use" if call else "end_turn"
        message = {"id": "m1", "type": "message", "role": "assistant", "model": body.get("model", "fake"),
                   "content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}
        if not body.get("stream"):
            whole = {**block, "input": call[1]} if call else {"type": "text", "text": DONE}
            return json.dumps({**message, "content": [whole], "stop_reason": stop}).encode(), "application/json"
        return sse(
            ("message_start", {"type": "message_start", "message": message}),
            ("content_block_start", {"type": "content_block_start", "index": 0, "content_block": block}),
            ("content_block_delta", {"type": "content_block_delta", "index": 0, "delta": delta}),
            ("content_block_stop", {"type": "content_block_stop", "index": 0}),
            ("message_delta", {"type": "message_delta", "delta": {"stop_reason": stop, "stop_sequence": None}, "usage": usage}),
            ("message_stop", {"type": "message_stop"}),
        ), "text/event-stream"

    def responses(self, body):
        listed = []
        for tool in body.get("tools") or []:
            # Tools of one server may be listed below a namespace.
            listed += [f"{tool['name']}{inner['name']}" for inner in tool.get("tools") or []] or [tool.get("name") or tool["type"]]
        answered = sum(str(item.get("type", "")).endswith("_output") for item in body.get("input") or [] if isinstance(item, dict))
        call = self.next(answered, listed)
        if call:
            item = {"type": "function_call", "id": f"fc_{answered}", "call_id": f"call_{answered}", "name": call[0],
                    "arguments": json.dumps(call[1]), "status": "completed"}
            for tool in body.get("tools") or []:
                if tool.get("tools") and call[0].startswith(tool["name"]):
                    item["namespace"], item["name"] = tool["name"], call[0][len(tool["name"]):]
        else:
            item = {"type": "message", "role": "assistant", "id": "m1", "content": [{"type": "output_text", "text": DONE}]}
        usage = {"input_tokens": 1, "input_tokens_details": None, "output_tokens": 1, "output_tokens_details": None, "total_tokens": 2}
        return sse(
            ("response.created", {"type": "response.created", "response": {"id": "r1"}}),
            ("response.output_item.done", {"type": "response.output_item.done", "output_index": 0, "item": item}),
            ("response.completed", {"type": "response.completed", "response": {"id": "r1", "usage": usage}}),
        )

    def gemini(self, body):
        listed = [
            declaration["name"]
            for tool in body.get("tools") or []
            for declaration in tool.get("functionDeclarations") or []
        ]
        answered = sum("functionResponse" in part for content in body.get("contents") or [] for part in content.get("parts") or [])
        call = self.next(answered, listed)
        # A question about the task itself, by which the client chooses its model, wants an object of a schema.
        schema = (body.get("generationConfig") or {}).get("responseJsonSchema")
        if schema:
            filled = {name: 1 if kind["type"] in ("INTEGER", "integer") else "x" for name, kind in schema["properties"].items()}
            part = {"text": json.dumps(filled)}
        else:
            part = {"functionCall": {"name": call[0], "args": call[1]}} if call else {"text": DONE}
        return {
            "candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP", "index": 0}],
            "usageMetadata": {"promptTokenCount": 1, "candidatesTokenCount": 1, "totalTokenCount": 2},
        }
