# The local Clerk, from this checkout:
#   docker build --tag clerk-emulator .
#   docker run --publish 127.0.0.1:4010:4010 --volume clerk:/data clerk-emulator
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY core core
COPY generated generated
COPY overlay overlay
COPY emulator emulator
COPY spec/contract.json spec/events.json spec/frontend_api.json spec/
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.13-slim
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir "$(echo /wheels/*.whl)[emulator]" \
  && rm -r /wheels \
  && useradd --system --uid 10001 --no-create-home clerk \
  && install --directory --owner clerk --mode 700 /data
USER 10001
VOLUME /data
EXPOSE 4010
HEALTHCHECK --interval=5s --timeout=5s --start-period=10s \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:4010/_emulator/health', timeout=4)"]
# Other machines cannot use the control API; add --control-host NAME to admit them.
ENTRYPOINT ["clerk-emulator", "--host", "0.0.0.0", "--db", "/data/clerk.db"]
