# What anybody can compute, and what needs no libvirt.
# outside
cp "$checkout/lab.json" .
printf '{ "lab": "sccm", "domains": { "DC01": { "memory": "1GiB" } } }\n' >derived.json
uuid=$(lab2nix xml derived.json DC01 2>/dev/null | sed -n 's|.*<uuid>\(.*\)</uuid>|\1|p')
page 'uuidgen --sha1 --namespace "$(uuidgen --sha1 --namespace @url --name lab2nix:sccm)" --name domain/DC01' 0 "^$uuid$"
page "printf '%s%08x' 4c82c9737299468ebf15d442ee681475 0 | xxd -r -p | sha256sum | cut -c1-6" 0 '^10ab09$'
page 'lab2nix gen' 0 'wrote generated/domains.nix'
sed -i 's/"memory": "4GiB"/"memory": "6GiB"/' lab.json
page 'lab2nix gen --diff' 0 '[+-].*(6|4)'
page 'lab2nix xml DC01' 0 '<name>DC01</name>'
printf 'lab: office\ndomains:\n  a:\n    memory: 1GiB\n' >lab.yaml
skip 'yq -o json lab.yaml' 'is of the other yq'
if command -v yq >/dev/null; then
  page 'yq . lab.yaml' 0 '"memory": "1GiB"'
else
  skip 'yq . lab.yaml' 'needs yq'
fi
