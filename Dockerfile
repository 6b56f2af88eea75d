# The whole playground as one executable, the page inside, in a small image without a toolchain and without root.
#
#   docker build --tag playground .
#   docker run --rm --publish 3000:3000 --volume playground:/data playground

FROM rust:1.95-slim-bookworm AS build
# rust-toolchain.toml asks for the newest one; the image has this one, and what is built should not hang on the day.
ENV RUSTUP_TOOLCHAIN=1.95.0
RUN rustup target add wasm32-unknown-unknown
WORKDIR /playground
COPY . .
# `dist` builds the page and the server, and tries the executable before it hands it out.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/playground/target \
    cargo xtask dist && cp target/dist/playground-server /usr/local/bin/

FROM debian:bookworm-slim
# Certificates are for an origin of https, before which the edges may stand.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 playground \
    && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin playground \
    && install --directory --owner=10001 --group=10001 /data
COPY --from=build /usr/local/bin/playground-server /usr/local/bin/
# By number, so that whoever runs it can see that it is not root.
USER 10001:10001
# In a container, loopback is nobody but the container itself.
ENV PLAYGROUND_LISTEN=0.0.0.0:3000 \
    PLAYGROUND_CDN_LISTEN=0.0.0.0:8000 \
    PLAYGROUND_DATA_DIR=/data
VOLUME /data
EXPOSE 3000 8000
# Asks the server at PLAYGROUND_LISTEN whether it is up; there is no curl in here.
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s CMD ["playground-server", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["playground-server"]
