vcl 4.1;

# Varnish in front of Storehand. Start the nodes with --varnish, so that they
# mark what may be kept (s-maxage and xkey), and let only Varnish reach them.
#
# What it keeps are pages of guests without any cookie of ours and files that
# never change. Whatever has to do with a person goes straight through.

import std;

backend default {
    .host = "127.0.0.1";
    .port = "8080";
    .probe = {
        .url = "/readyz";
        .interval = 2s;
        .timeout = 1s;
        .window = 3;
        .threshold = 2;
    }
}

sub vcl_recv {
    # Only this proxy says who the visitor is and whether they came by TLS.
    unset req.http.X-Forwarded-For;
    set req.http.X-Forwarded-For = client.ip;

    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    # Files of the program and pictures: the same for everybody, for ever.
    if (req.url ~ "^(/[a-z0-9_-]+)?/(static|media)/") {
        unset req.http.Cookie;
        return (hash);
    }
    # The way into and out of a customer's account, and everything of a person.
    if (req.url ~ "^(/[a-z0-9_-]+)?/(assist|account|cart|login|logout|register|forgot|confirm)(/|\?|$)") {
        return (pass);
    }
    # A session, a cart, a stay, a hand-off under way, a message waiting.
    if (req.http.Cookie ~ "__Host-") {
        return (pass);
    }
    if (req.http.Authorization || req.http.HX-Request) {
        return (pass);
    }
    unset req.http.Cookie;
    return (hash);
}

sub vcl_hash {
    hash_data(req.http.X-Forwarded-Proto);
}

sub vcl_backend_response {
    # Keep only what the application said that everybody may share.
    if (beresp.http.Set-Cookie || beresp.http.Cache-Control !~ "(s-maxage|immutable)") {
        set beresp.uncacheable = true;
        set beresp.ttl = 0s;
        return (deliver);
    }
    # While a page is fetched anew, others get the one of a moment ago.
    set beresp.grace = 5s;
}

sub vcl_deliver {
    # What was said to Varnish is not for visitors; browsers ask each time.
    unset resp.http.xkey;
    unset resp.http.X-Varnish;
    unset resp.http.Via;
    if (resp.http.Cache-Control ~ "s-maxage") {
        set resp.http.Cache-Control = "private, no-cache";
    }
}
