# Labs begin, grow and are renamed; libvirt is asked for what it has already.
virsh pool-define-as old dir --target /srv/old

page 'lab2nix init my-lab' 0 'wrote .*my-lab/lab.json'
as 'lab2nix gen' '(cd my-lab && lab2nix gen)' 0 'wrote generated/domains.nix'
# Nothing is overwritten.
page 'lab2nix init my-lab' 1 'is there already'
mv my-lab first
page 'lab2nix init my-lab --flake' 0 'flake.nix'
as 'lab2nix gen' '(cd my-lab && ls flake.nix README.md .github/workflows/* && lab2nix gen)' 0 'wrote generated/domains.nix'
page 'lab2nix init my-cluster --template cluster' 0 'my-cluster/lab.json'
as 'lab2nix gen' '(cd my-cluster && lab2nix gen)' 0 'wrote generated/domains.nix'
as 'lab2nix init' 'lab2nix init my-windows --template windows' 0 'my-windows/lab.json'
as 'lab2nix gen' '(cd my-windows && lab2nix gen)' 0 'wrote generated/domains.nix'

cd first
page 'lab2nix add network dmz' 0 'dmz'
page 'lab2nix add pool fast' 0 'fast'
page 'lab2nix add domain db' 0 'db'
sed -i '0,/  "domains": {/s//  "profiles": { "server": { "memory": "1GiB" }, "small": { "cpus": 1 } },\n  "domains": {/' lab.json
page 'lab2nix add domain cache --from server --from small' 0 'cache'
as 'lab2nix add network dmz' "grep -A 3 '\"dmz\"' lab.json" 0 '"subnet": "10\.2[0-9]\.[0-9]+\.0/24"'
as 'lab2nix add pool fast' "grep -A 3 '\"fast\"' lab.json" 0 '"path": "/var/lib/libvirt/images/fast"'
as 'lab2nix add domain cache --from server --from small' "grep -A 3 '\"cache\"' lab.json" 0 '"profiles": \["server", "small"\]'
mkdir labs
cp ../my-cluster/lab.json labs/
sum=$(sha256sum labs/lab.json)
page 'lab2nix add domain db --spec labs/lab.json --diff' 0 '\+ +"db": \{'
as 'lab2nix add domain db --spec labs/lab.json --diff' 'sha256sum labs/lab.json' 0 "^$sum$"
page 'lab2nix plan' 0 'created +domain cache'
as 'lab2nix import --into' 'lab2nix import --into lab.json' 0 'pool old: exact'
page 'lab2nix gen' 0 'wrote generated/domains.nix'
uuid=$(lab2nix xml web | grep '<uuid>')
page 'lab2nix rename web intranet' 0 'intranet'
as 'lab2nix rename web intranet' 'lab2nix xml intranet' 0 "$uuid"
sed -i 's/"db": {/"lan": {/' lab.json
page 'lab2nix rename lan office --kind network' 0 'office'
as 'lab2nix rename lan office --kind network' 'cat lab.json' 0 '"office": \{[^}]*"id": "lan"[^}]*"bridge": "virbr-lan".*"network": "office"'
as 'virsh domrename' 'virsh define /dev/stdin <<<"<domain type=\"qemu\"><name>imported</name><memory>65536</memory><os><type arch=\"x86_64\">hvm</type></os></domain>" && virsh domrename imported other' 0
